"""Every recorded market with several seeds: labels and accuracy against the vote of all labels.

    python bench/recorded.py DATA/crowd [--seeds 5] [--config FILE] [--jobs 2] [--experts USD]

Prints a table, then for each set three lines that a machine can read:

    ratio labels.NAME        labels bought / labels there were, mean over seeds
    ratio accuracy.NAME      accuracy - majority accuracy of all labels, mean over seeds
    ratio ece.NAME           calibration error of the verdicts, mean over seeds

and `ratio sets_met`: sets within POINTS of majority at no more than SHARE of the labels.
"""

from __future__ import annotations

import argparse
import math
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import fmean, stdev

from replay.recorded.files import read_crowd
from replay.recorded.replayed import ReplayTerms, priced, run_recorded
from replay.recorded.report import RecordedReport, recorded_report
from replay.runtime.settings_file import read_settings

POINTS, SHARE = 0.01, 0.70
HEAD = (
    f"{'set':14} {'labels':>7} {'share':>6} {'accuracy':>9} {'±':>5} {'majority':>9} {'diff':>6} "
    f"{'ece':>6} {'floor':>6} {'surest':>7} {'declined':>9} {'s':>5}"
)

Job = tuple[Path, int, Path | None, float, float, float | None]


def replay_one(job: Job) -> tuple[RecordedReport, float]:
    """Replay one set with one seed; return the report and the seconds it took."""
    folder, seed, config, price, value, expert_usd = job
    begin = time.perf_counter()
    crowd = priced(read_crowd(folder), price)
    terms = ReplayTerms(value_usd=value, seed=seed, expert_usd=expert_usd)
    outcome = run_recorded(crowd, read_settings(config), terms)
    return recorded_report(crowd, outcome, terms), time.perf_counter() - begin


def mean(values: list[float | None]) -> float:
    """Mean of the known values; NaN where none is known."""
    known = [value for value in values if value is not None]
    return fmean(known) if known else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default="", help="names, separated by commas")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--price", type=float, default=0.02)
    parser.add_argument("--value", type=float, default=1.0)
    parser.add_argument("--experts", type=float, help="price of an audit; without it, no gold")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    wanted = [name for name in given.sets.split(",") if name]
    folders = [
        folder
        for folder in sorted(given.folder.iterdir())
        if folder.is_dir() and (not wanted or folder.name in wanted)
    ]
    jobs: list[Job] = [
        (folder, seed, given.config, given.price, given.value, given.experts)
        for folder in folders
        for seed in range(given.seeds)
    ]
    met, lines = 0, []
    print(HEAD)
    with ProcessPoolExecutor(given.jobs) as pool:
        done = pool.map(replay_one, jobs)
        for folder in folders:
            runs = [next(done) for _ in range(given.seeds)]
            reports = [report for report, _ in runs]
            share = mean([one.labels / one.labels_available for one in reports])
            accuracies = [one.accuracy or 0.0 for one in reports]
            diff = fmean(accuracies) - mean([one.majority_accuracy for one in reports])
            error = mean([one.ece for one in reports])
            met += diff >= -POINTS and share <= SHARE
            print(
                f"{folder.name:14} {mean([one.labels_per_task for one in reports]):7.2f} "
                f"{share:6.2f} {fmean(accuracies):9.3f} "
                f"{stdev(accuracies) if len(runs) > 1 else 0.0:5.3f} "
                f"{mean([one.majority_accuracy for one in reports]):9.3f} {diff:+6.3f} "
                f"{error:6.3f} {mean([one.ece_noise_floor for one in reports]):6.3f} "
                f"{mean([one.surest_half_accuracy for one in reports]):7.3f} "
                f"{mean([float(one.declines) for one in reports]):9.0f} "
                f"{fmean(took for _, took in runs):5.1f}",
                flush=True,
            )
            lines += [
                f"ratio labels.{folder.name} {share:.4f}",
                f"ratio accuracy.{folder.name} {diff:+.4f}",
                f"ratio ece.{folder.name} {error:.4f}",
            ]
    print(
        f"\n{met} of {len(folders)} sets within {100 * POINTS:.0f} % of majority"
        f" at {100 * SHARE:.0f} % of labels"
    )
    print("\n".join(lines))
    print(f"ratio sets_met {met}/{len(folders)}")


if __name__ == "__main__":
    main()
