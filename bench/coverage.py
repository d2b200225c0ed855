"""How often intervals hold the truth, and how wide they are, over simulated logs.

    python bench/coverage.py --runs 1000 --rows 1000 10000 --jobs 2
    python bench/coverage.py --attacks --runs 300 --rows 500 3000 30000 [--designs order]
        [--first 9000]

The second form asks `replay.evaluate` about tables that were made to mislead it (bench/attacks): it
prints the share of logs that are refused, the coverage of those that are answered and of those that
are called good, and the width against the oracle's, 3.92 standard deviations of the estimates.
Constants were chosen on seeds from 0 to a few hundred, so seeds start at 9,000.

A cell is a design (bench/simulated), a number of rows, and whether all of the target's chances are
known (DR) or only the logged action's (the baseline form). It fails where the default interval's
coverage of the answered runs is significantly (one-sided 1 %) below the goal, or its width is over
1.3 times that of normal theory where that covers 93 % (with `--looks`, at all looks together, 2
times that of the last look alone). With `--peers PYTHON...` obp and vw-estimators, installed there
(bench/peers/README.md), are asked about the first `--peer-runs` of the same logs, with DR's
predictions and the largest reward of all runs, as if it were known.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import binom

from bench.simulated.designs import ACTIONS, DESIGNS, Design, context
from bench.simulated.peer_intervals import asked as peers_asked
from bench.simulated.peer_intervals import given
from replay.aggregate.question import Question
from replay.aggregate.two_pass import sum_source
from replay.intervals.rules import RULES
from replay.intervals.widened import widened
from replay.models.features import Features
from replay.results.verdict import judge
from replay.targets.target import TargetPolicy

if TYPE_CHECKING:
    from replay.tables.rows import Rows

LEVEL = 0.95
OWN = ("DR", "SN baseline")
LOOKED_AT = (0, 2, 4, 7)
"""Designs that are looked at all the time: softmax, 12 %, dollars, a learner."""

ALL_RULES = {"IPS", "SNIPS", "SNDR", *OWN}
NAMES = tuple(str(i) for i in range(ACTIONS))
TARGETS = TargetPolicy("column", "t", full=True), TargetPolicy("column", "c")


@dataclass(frozen=True)
class InMemory:
    """Rows as a log, in pieces of `size`."""

    held: Rows
    size: int

    @property
    def pieces(self) -> range:
        return range(0, len(self.held), self.size)

    def read(self, piece: int) -> Any:
        yield self.held.slice(piece, min(piece + self.size, len(self.held)))

    def to_learn(self, piece: int) -> Any:
        return self.read(piece)


def asked_of(design: Design, n: int, only: tuple[str, ...] = OWN) -> Question:
    features = Features.of(NAMES, context())
    clustered = design.per_task > 1
    return Question(NAMES, design.kind, features, TARGETS, (True, False), n, clustered, only)


def looks(at: int, n: int, seed: int) -> list[tuple[bool, bool, bool, float, bool]]:
    """Look at one log after every 100 rows, from where it stops being refused.

    For each form whether it was refused to the end, whether the anytime interval and the normal
    one held at all looks, how much wider the first was than the second at the last look, and
    whether the normal one held at that.
    """
    design = DESIGNS[at]
    rows = design.simulate(np.random.default_rng([seed, n]), n)
    passes: list[Any] = []

    def keep(function: Any, pieces: Any) -> Any:
        passes.append([function(piece) for piece in pieces])
        return passes[-1]

    sum_source(InMemory(rows, 100), replace(asked_of(design, n), predictable=True), keep)
    found = []
    for parts in zip(*(log_sums.totals for log_sums in passes[-1]), strict=True):
        begun, held, normal, ratio, last, sums = False, True, True, float("nan"), False, None
        for part in parts:
            sums = part if sums is None else sums + part
            weights = sums.weights
            begun = begun or not judge(weights.diagnostics(), weights.rows, "t").refused
            if begun:
                ends = [
                    sums.estimators[-1].interval(design.kind, LEVEL, RULES[rule])[:2]
                    for rule in ("anytime", "normal")
                ]
                held = held and ends[0][0] <= design.truth <= ends[0][1]
                last = ends[1][0] <= design.truth <= ends[1][1]
                normal = normal and last
                ratio = (ends[0][1] - ends[0][0]) / (ends[1][1] - ends[1][0])
        found.append((not begun, held, normal, ratio, last))
    return found


def run(at: int, n: int, seed: int, *, every: bool) -> dict[tuple[str, str, str], Any]:
    """One log: for each form, estimator and interval whether it was refused, and the interval."""
    design, rng = DESIGNS[at], np.random.default_rng([seed, n])
    rows = design.simulate(rng, n)
    if every and rows.group is None:
        assert rows.index is not None
        rows = replace(rows, group=rows.index % 4096)
    question = asked_of(design, n, () if every else OWN)
    found: dict[tuple[str, str, str], Any] = {}
    for form, sums in zip(OWN, sum_source(InMemory(rows, n), question).totals, strict=True):
        diagnostics = sums.diagnostics()
        verdict = judge(diagnostics, n, "t")
        for estimator in sums.estimators:
            own = estimator.name == form
            if not (own or every):
                continue
            rules = RULES if every and estimator.name in ALL_RULES else ("default", "normal")
            for rule in rules:
                wider = widened(RULES[rule], diagnostics.variance_factor)
                low, high, _ = estimator.interval(design.kind, LEVEL, wider)
                found[form, estimator.name, rule] = (verdict.refused, low, high)
    return found


def run_given(at: int, n: int, seed: int) -> Any:
    """What one log comes to for peers."""
    design = DESIGNS[at]
    rows = design.simulate(np.random.default_rng([seed, n]), n)
    return given(InMemory(rows, n), asked_of(design, n))


def beside(
    design: Design, n: int, runs: int, pool: ProcessPoolExecutor, pythons: list[str], width: float
) -> None:
    """Print what peers cover of a cell; `width` is that of normal theory for DR."""
    logs = np.stack(
        list(pool.map(partial(run_given, DESIGNS.index(design), n), range(runs), chunksize=10))
    )
    for name, low, high, seconds in peers_asked(pythons, logs, design.kind):
        holds = (low <= design.truth) & (design.truth <= high)
        wide = float(np.median(high - low))
        print(
            f"  {name:42}  all {holds.mean():.3f} of {runs}"
            f"  width {wide:.4g} ({wide / width:.2f})  {seconds:.0f} s",
            flush=True,
        )


def cell(
    design: Design, n: int, runs: int, pool: ProcessPoolExecutor, *, every: bool
) -> list[dict[str, Any]]:
    """All runs of a design at a length, summed up."""
    logs = pool.map(partial(run, DESIGNS.index(design), n, every=every), range(runs), chunksize=10)
    by: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for log in logs:
        for key, one in log.items():
            by[key].append(one)
    lines = []
    for (form, estimator, rule), all_runs in by.items():
        refused, low, high = np.array(all_runs).T
        holds = (low <= design.truth) & (design.truth <= high)
        answered = refused == 0
        many = int(answered.sum())
        lines.append(
            {
                "form": form,
                "estimator": estimator,
                "rule": rule,
                "all": float(holds.mean()),
                "answered": float(holds[answered].mean()) if many else float("nan"),
                "refused": 1 - many / runs,
                "width": float(np.median((high - low)[answered])) if many else float("nan"),
                "n": many,
                "held": int(holds[answered].sum()),
            }
        )
    return lines


def all_looks(at: int, n: int, runs: int, pool: ProcessPoolExecutor) -> int:
    """Print how often all looks together held; how many of the two forms fail."""
    failed = 0
    print(f"g {DESIGNS[at].name}, looked at after every 100 of {n} rows")
    logs = list(pool.map(partial(looks, at, n), range(runs), chunksize=5))
    for form, ends in zip(OWN, zip(*logs, strict=True), strict=True):
        answered = [one for one in ends if not one[0]]
        held = sum(one[1] for one in answered)
        normal = sum(one[2] for one in answered) / len(answered)
        ratio = float(np.median([one[3] for one in answered]))
        covers = sum(one[4] for one in answered) / len(answered)
        wide = ratio > 2.0 and covers >= 0.93
        fail = binom.cdf(held, len(answered), 0.93) < 0.01 or wide
        failed += fail
        print(
            f"  {form:9} anytime: all looks {held / len(answered):.3f} (normal {normal:.3f}, of the"
            f" last alone {covers:.3f})"
            f"  refused {1 - len(answered) / runs:.3f}  last width {ratio:.2f} of normal"
            f"{'  FAILS' if fail else ''}",
            flush=True,
        )
    return failed


def fails(line: dict[str, Any], normal: dict[str, Any], goal: float) -> str:
    """Say why a default interval fails; nothing if it doesn't."""
    if not line["n"]:
        return ""
    if binom.cdf(line["held"], line["n"], goal) < 0.01:
        return f"covers {line['answered']:.3f}, below {goal}"
    ratio = line["width"] / normal["width"]
    if ratio > 1.3 and normal["answered"] >= 0.93:
        return f"{ratio:.2f} times as wide as normal theory, which covers {normal['answered']:.3f}"
    return ""


def attacked(asked: argparse.Namespace) -> bool:
    """Print every cell of the attacks whose names begin so; whether any fails."""
    from bench.attacks.all_attacks import ATTACKS  # noqa: PLC0415 - computes all their truths
    from bench.attacks.run import cell as attack_cell  # noqa: PLC0415 - goes with it

    failed = 0
    seeds = range(asked.first, asked.first + asked.runs)
    with ProcessPoolExecutor(asked.jobs) as pool:
        for attack in ATTACKS:
            for n in asked.rows if attack.name.startswith(asked.designs) else ():
                found = attack_cell(attack, n, seeds, partial(pool.map, chunksize=10))
                failed += bool(found.fails())
                print(found.line(), flush=True)
    print(f"{failed} cells fail")
    return bool(failed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--designs", default="", help="only those that begin so")
    parser.add_argument("--every", action="store_true", help="print every estimator and interval")
    parser.add_argument("--looks", action="store_true", help="also look after every 100 rows (g)")
    parser.add_argument("--attacks", action="store_true", help="ask about bench/attacks instead")
    parser.add_argument("--first", type=int, default=9000, help="the attacks' first seed")
    parser.add_argument("--peers", nargs="+", default=[], metavar="PYTHON")
    parser.add_argument("--peer-runs", type=int, default=250)
    asked = parser.parse_args()
    failed = 0
    if asked.attacks:
        raise SystemExit(attacked(asked))
    with ProcessPoolExecutor(asked.jobs) as pool:
        for design in DESIGNS:
            if not design.name.startswith(asked.designs):
                continue
            for n in asked.rows:
                lines = cell(design, n, asked.runs, pool, every=asked.every)
                of = {(x["form"], x["estimator"], x["rule"]): x for x in lines}
                print(f"{design.name}, {n} rows, truth {design.truth:.4f}")
                for key, line in of.items():
                    form, estimator, rule = key
                    normal = of.get((form, estimator, "normal"), line)
                    why = ""
                    if estimator == form and rule == "default":
                        why = fails(line, normal, 0.92 if design.name[0] == "d" else 0.93)
                        failed += bool(why)
                    print(
                        f"  {form:9} {estimator:12} {rule:20} all {line['all']:.3f}"
                        f"  answered {line['answered']:.3f}  refused {line['refused']:.3f}"
                        f"  width {line['width']:.4g} ({line['width'] / normal['width']:.2f})"
                        f"{'  FAILS: ' + why if why else ''}",
                        flush=True,
                    )
                if asked.peers:
                    many = min(asked.peer_runs, asked.runs)
                    width = of["DR", "DR", "normal"]["width"]
                    beside(design, n, many, pool, asked.peers, width)
        if asked.looks:
            failed += sum(all_looks(at, max(asked.rows), asked.runs, pool) for at in LOOKED_AT)
    print(f"{failed} cells fail")
    raise SystemExit(bool(failed))


if __name__ == "__main__":
    main()
