"""Ask the evaluator about many logs of an attack, and sum up how it did."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from scipy.stats import binom

from replay import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bench.attacks.attack import Attack

ALARM = 0.01
"""Chance that one of a cell's three tests fails by luck, at just the limit that it tests: of some
260 cells a few may."""

ENOUGH_PESS, REFUSED_SHARE = 100.0, 0.05
"""Effective sample size, all chances known, above which at most so many logs may be refused."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What came of `runs` logs of n rows of an attack.

    Attributes
    ----------
    answered, held
        Logs that were answered, and those of them whose interval holds the truth.
    good, good_held
        The same of those whose verdict is good.
    width, oracle
        Median width of an interval, and 3.92 standard deviations of the estimates over the logs.
    worth
        Median expected effective sample size, all chances known, NaN where they can't be; of
        clustered rows the effective number of clusters, if that is less.
    why
        The most frequent reason to refuse.
    """

    attack: Attack
    n: int
    runs: int
    answered: int
    held: int
    good: int
    good_held: int
    width: float
    oracle: float
    worth: float
    why: str

    def fails(self) -> str:
        """Say what a cell fails by; nothing if it doesn't."""
        goal = self.attack.goal
        for what, of, held in (
            ("answered", self.answered, self.held),
            ("good", self.good, self.good_held),
        ):
            if of and binom.cdf(held, of, goal) < ALARM:
                return f"{what} logs cover {held / of:.3f}, below {goal}"
        refused = self.runs - self.answered
        too_many = binom.sf(refused - 1, self.runs, REFUSED_SHARE) < ALARM
        if self.worth > ENOUGH_PESS and too_many:
            return (
                f"refuses {refused / self.runs:.3f} at an effective sample size of {self.worth:.0f}"
            )
        return ""

    def line(self) -> str:
        """Say it all."""
        covers = f"{self.held / self.answered:.3f}" if self.answered else "    –"
        good = f"{self.good_held / self.good:.3f}" if self.good else "    –"
        why = self.fails()
        ratio = self.width / self.oracle if self.oracle else np.nan
        return (
            f"{self.attack.name:40} {self.n:6}  refused {1 - self.answered / self.runs:.3f}"
            f"  covers {covers}  good {self.good / self.runs:.2f}: {good}"
            f"  width {self.width:.4g}, of the oracle's {ratio:.2f}"
            f"  pESS {self.worth:.0f}{f'  ({self.why})' if self.why else ''}"
            f"{'  FAILS: ' + why if why else ''}"
        )


def one_log(attack: Attack, n: int, seed: int) -> tuple[Any, ...]:
    """Evaluate one log: low, high, value, pESS, verdict."""
    table = pa.table(attack.make(np.random.default_rng([seed, n]), n))
    found = evaluate(table, **attack.asked)
    worth = found.diagnostics.pess
    if attack.full:
        worth = evaluate(table, **attack.full).diagnostics.pess
    if worth is None:
        worth = attack.pess_share * n
    clusters = found.diagnostics.effective_clusters
    if clusters is not None:
        worth = min(worth, clusters)
    estimates = found.estimates or found.withheld
    value = next((one.value for one in estimates if one.estimator == found.default), None)
    return (
        np.nan if found.low is None else found.low,
        np.nan if found.high is None else found.high,
        np.nan if value is None else value,
        worth,
        found.verdict,
    )


def cell(attack: Attack, n: int, seeds: Iterable[int], run: Callable[..., Any] = map) -> Cell:
    """Ask about a log for each seed."""
    logs = list(run(partial(one_log, attack, n), seeds))
    low, high, value, worth = np.array([log[:4] for log in logs], dtype=float).T
    verdicts = [log[4] for log in logs]
    answered = ~np.isnan(low)
    held = answered & (low <= attack.truth) & (attack.truth <= high)
    good = answered & np.array([verdict == "good" for verdict in verdicts])
    reasons = [verdict for verdict, there in zip(verdicts, answered, strict=True) if not there]
    return Cell(
        attack,
        n,
        len(logs),
        int(answered.sum()),
        int(held.sum()),
        int(good.sum()),
        int((held & good).sum()),
        float(np.median((high - low)[answered])) if answered.any() else np.nan,
        3.92 * float(np.nanstd(value)),
        float(np.median(worth)),
        max(set(reasons), key=reasons.count)[:60] if reasons else "",
    )
