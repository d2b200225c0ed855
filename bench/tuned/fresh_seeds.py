"""How far what `tune --market` chooses is below the best candidate, on seeds that nobody has seen.

    python bench/tuned/fresh_seeds.py [--markets demo,hostile,...] [--tasks 1000] [--trials 24]
        [--seeds 8] [--most-seeds 32] [--judge 201-216] [--jobs 1] [--keep FILE]

In each market the tuner runs as the command does. Then the chosen setting, the default, every
candidate that no race dropped, and `uniform` run on the judging seeds. Printed is what the chosen
one earns less than the best, as a share of the gap from `uniform` to the best: at most 5 % is
wanted.

    regret       against the candidate with the highest mean over all judging seeds; that mean is
                 the highest of several noisy ones, so this is too large
    crossed      the best is found on one half of the judging seeds and compared on the other, and
                 the other way round: no selection, so right in expectation for what was found
    ±            standard error of `crossed`, over the judging seeds, as a share of the gap
    beyond 5 %   chance that any candidate earns over 5 % of the gap more than the chosen one:
                 Student's t of paired differences, added up; by the tuner on its own seeds (it ends
                 at 10 %), and by the judge

Judging seeds are used eight at a time, until the judge's chance is below 5 %, or that of one
candidate above 95 %, or the seeds end. What the chosen one earns less in truth lies between
`crossed` and `regret` in expectation. Candidates that were dropped are not judged. With --keep, a
market that was done before is not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

from bandit.settings import PolicySettings
from replay.market_file.build import resized
from replay.market_file.read import read_market
from replay.market_tuning.comparison import UNIFORM, references
from replay.market_tuning.runs import Runs
from replay.market_tuning.standing import EQUIVALENT, chance_above
from replay.market_tuning.tune_market import MarketTuneRequest, tune_market
from replay.runtime.parallel import workers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MARKETS = "demo,hostile,scarce,drifting,lopsided,graded,languages,calm,burst,shuffled,swapped"
PART = 8
"""Judging seeds of a step."""
SURE = 0.05
"""Chance below which a difference is ruled out."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--markets", default=MARKETS)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--most-seeds", type=int, default=32)
    parser.add_argument("--judge", default="201-216")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    first, last = map(int, given.judge.split("-"))
    kept: dict[str, Any] = {}
    if given.keep and given.keep.exists():
        kept = {line["market"]: line for line in map(json.loads, given.keep.open())}
    print(
        f"{'market':10} {'chosen':>10} {'gap, $':>8} {'seeds':>5} {'judged':>6} {'regret':>7}"
        f" {'crossed':>8} {'±':>6}  beyond 5 %: tuner, judge"
    )
    for name in given.markets.split(","):
        judged = kept.get(name)
        if judged is None:
            judged = judge(name, given, range(first, last + 1))
            if given.keep:
                with given.keep.open("a") as file:
                    file.write(json.dumps(judged) + "\n")
        print(
            f"{name:10} {judged['chosen']:>10} {judged['gap']:8.4f} {judged['seeds']:5}"
            f" {judged['judged']:6} {judged['regret']:7.1%} {judged['crossed']:8.1%}"
            f" {judged['error']:6.1%} {judged['stated']:18.1%} {judged['beyond']:6.1%}",
            flush=True,
        )


def judge(name: str, given: argparse.Namespace, seeds: Sequence[int]) -> dict[str, Any]:
    """Tune in a market, and judge what came out of it."""
    spec = resized(read_market(name), given.tasks)
    request = MarketTuneRequest(
        trials=given.trials, seeds=given.seeds, most_seeds=given.most_seeds, jobs=given.jobs
    )
    tuning = tune_market(spec, request, name)
    comparison = tuning.comparison
    if comparison is None:
        raise SystemExit("interrupted")
    chosen = comparison.rows[comparison.chosen]
    left = [trial.policy for trial in tuning.trials if not trial.dropped]
    policies = list(dict.fromkeys([chosen.policy, PolicySettings(), *left]))
    uniform = next(one.policy for one in references(PolicySettings()) if one.name == UNIFORM)
    runs = Runs(spec, request.settings)
    with workers(given.jobs) as run:
        runs.run = run
        for met in range(min(PART, len(seeds)), len(seeds) + 1, PART):
            runs.of([*policies, uniform], seeds[:met])
            nets = np.array([runs.net_usd(policy, seeds) for policy in policies])
            low = float(np.mean(runs.net_usd(uniform, seeds)))
            gap = float(nets.mean(axis=1).max()) - low
            chances = [chance_above(row, nets[0], EQUIVALENT * gap) for row in nets[1:]]
            if sum(chances) < SURE or max(chances) > 1.0 - SURE:
                break
    regret = float(nets.mean(axis=1).max() - nets[0].mean())
    crossed = crossed_regrets(nets)
    return {
        "market": name,
        "chosen": chosen.name,
        "highest": comparison.rows[comparison.highest].name,
        "rivals": [comparison.rows[at].name for at in comparison.rivals],
        "exploration": comparison.exploration.matters,
        "gap": gap,
        "seeds": len(comparison.seeds),
        "stated": comparison.miss_chance,
        "judged": nets.shape[1],
        "beyond": min(sum(chances), 1.0),
        "regret": regret / gap,
        "crossed": float(crossed.mean()) / gap,
        "error": float(crossed.std(ddof=1)) / len(crossed) ** 0.5 / gap,
        "uniform": low,
        "default": float(np.mean(runs.net_usd(PolicySettings(), seeds))),
        "nets": nets.tolist(),
        "comparison": [[row.name, *row.net_usd_by_seed] for row in comparison.rows],
    }


def crossed_regrets(nets: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, Any]:
    """What the first row earns less, by seed, than the row that is best on the other half."""
    half = nets.shape[1] // 2
    parts = np.arange(nets.shape[1]) < half
    regrets = np.zeros(nets.shape[1])
    for part in (parts, ~parts):
        best = nets[:, ~part].mean(axis=1).argmax()
        regrets[part] = nets[best, part] - nets[0, part]
    return regrets


if __name__ == "__main__":
    main()
