"""Rows of the table of decisions: which fixed settings to compare with, how rows are printed."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

from bench.decisions.budget import WARM, WARM_HINDSIGHT
from bench.decisions.figures import error, mean
from replay.baselines.rival import cheapest_as_accurate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.decisions.figures import Figures
    from bench.decisions.runs import Ran

COLUMNS = {
    "net": "net, $",
    "above_engine": "- engine",
    "accuracy": "right",
    "late_accuracy": "2nd half",
    "usd": "cost, $",
    "audit_usd": "audits, $",
    "labels": "labels",
    "audits": "audits",
    "ece": "ECE",
    "ece_noise_floor": "floor",
    "without_people": "no people",
    "delay_s": "wait, s",
}
DIGITS = {"labels": 2, "audits": 0, "delay_s": 0}
BEST = "best fixed"
WARMED = (WARM, WARM_HINDSIGHT)  # of other tasks than the engine's


def all_rows(runs: Sequence[Ran]) -> dict[str, list[Figures]]:
    """Each row's figures by seed, fixed settings below the engine."""
    rows = {name: [ran.rows[name] for ran in runs] for name in runs[0].rows}
    engine = rows.pop("engine", None)
    if engine:
        paired = {name: _above(engine, own) for name, own in rows.items() if name not in WARMED}
        rows |= paired
    return ({"engine": engine} if engine else {}) | _fixed(runs, engine) | rows


def _above(engine: Sequence[Figures], rows: Sequence[Figures]) -> list[Figures]:
    """Add the difference in net from the engine's on the same seed."""
    return [
        own | {"above_engine": own["net"] - its["net"]}
        for its, own in zip(engine, rows, strict=True)
    ]


def _fixed(runs: Sequence[Ran], engine: list[Figures] | None) -> dict[str, list[Figures]]:
    """The best fixed setting, and the cheapest one at least as accurate as the engine."""
    names = [name for name in runs[0].fixed if all(name in ran.fixed for ran in runs)]
    by_name = {name: [ran.fixed[name] for ran in runs] for name in names}
    if not by_name:
        return {}
    best = max(names, key=lambda name: mean(by_name[name], "net"))
    rows = {f"{BEST}: {best}": by_name[best]}
    if engine:
        name, as_accurate = cheapest_as_accurate(
            names,
            mean(engine, "accuracy"),
            lambda name: mean(by_name[name], "accuracy"),
            lambda name: mean(by_name[name], "usd"),
        )
        rows[f"{'as' if as_accurate else 'less'} accurate: {name}"] = by_name[name]
    return rows


def print_rows(rows: dict[str, list[Figures]], seeds: Sequence[int]) -> None:
    """Print the means with their standard errors, and the engine's figures by seed."""
    width = max(len(name) for name in [*rows, "seed 000"]) + 2
    print(" " * width + "".join(f"{head:>10}" for head in COLUMNS.values()))
    for name, runs in rows.items():
        if name == "engine":
            for seed, one in zip(seeds, runs, strict=True):
                print(f"{f'seed {seed}':{width}}{_cells(one)}")
        columns = runs[0].keys()
        print(f"{name:{width}}{_cells({column: mean(runs, column) for column in columns})}")
        if len(runs) > 1:
            print(f"{'  ±':{width}}{_cells({column: error(runs, column) for column in columns})}")
    share = gap_share(rows)
    if share is not None:
        print(f"\n{100 * share:.0f} % of the gap from the best fixed setting to the clairvoyant")

    for engine, best in (("engine", "hindsight"), (WARM, WARM_HINDSIGHT)):
        if engine in rows and best in rows:
            ratios = [a["net"] / b["net"] for a, b in zip(rows[engine], rows[best], strict=True)]
            print(f"{engine}: {fmean(ratios):.3f} of the value of the linear program")


def gap_share(rows: dict[str, list[Figures]]) -> float | None:
    """Where the engine lies between the best fixed setting (0) and the clairvoyant (1), in net."""
    fixed = [runs for name, runs in rows.items() if name.startswith(BEST)]
    if not fixed or "engine" not in rows or "clairvoyant" not in rows:
        return None
    low, high = mean(fixed[0], "net"), mean(rows["clairvoyant"], "net")
    return (mean(rows["engine"], "net") - low) / (high - low)


def label_ratio(engine: Sequence[Figures], fixed: Sequence[Sequence[Figures]]) -> float | None:
    """Labels of the engine, of those that fixed numbers need for the same accuracy.

    Between two fixed numbers accuracy is taken as linear, below the fewest from 0 at no label;
    `None` where none is as accurate.
    """
    wanted, labels = mean(engine, "accuracy"), mean(engine, "labels")
    points = sorted((mean(runs, "labels"), mean(runs, "accuracy")) for runs in fixed)
    for (few, low), (many, high) in pairwise([(0.0, 0.0), *points]):
        if high >= wanted:
            return labels / (few + (many - few) * (wanted - low) / (high - low))
    return None


def _cells(numbers: Figures) -> str:
    return "".join(
        f"{numbers[column]:>10.{DIGITS.get(column, 4)}f}" if column in numbers else f"{'':>10}"
        for column in COLUMNS
    )
