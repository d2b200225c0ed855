"""A histogram of non-negative numbers on rungs of 2^(1/4): small, mergeable, from 1e-9 to 1e15."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.tables.rows import Floats

STEPS = 4
"""Rungs for each doubling."""

LOWEST, HIGHEST = -30 * STEPS, 50 * STEPS
RUNGS = HIGHEST - LOWEST + 2
"""Rung 0 is for zeros and what is below 2^-30; the last for what is above 2^50."""


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """`counts` and `sums` of the numbers on each rung, shape (RUNGS,) each."""

    counts: Floats = field(default_factory=lambda: np.zeros(RUNGS))
    sums: Floats = field(default_factory=lambda: np.zeros(RUNGS))

    def receive(self, values: Floats) -> Ladder:
        """Add numbers, shape (n,), none below 0.

        Examples
        --------
        >>> ladder = Ladder().receive(np.array([0.0, 1.0, 1.1, 8.0]))
        >>> ladder.counts[ladder.counts > 0].tolist()
        [1.0, 2.0, 1.0]
        """
        rung = np.zeros(len(values), np.int64)
        some = values > 0
        steps = np.floor(np.log2(values[some]) * STEPS).astype(np.int64)
        rung[some] = np.clip(steps, LOWEST - 1, HIGHEST) - LOWEST + 1
        return self + Ladder(
            np.bincount(rung, minlength=RUNGS).astype(np.float64),
            np.bincount(rung, weights=values, minlength=RUNGS).astype(np.float64),
        )

    def __add__(self, other: Ladder) -> Ladder:
        return Ladder(self.counts + other.counts, self.sums + other.sums)

    def top_share(self, share: float) -> float | None:
        """Part of the sum that the largest `share` of the numbers holds, to a rung's precision."""
        total, many = self.sums.sum(), self.counts.sum()
        if not total:
            return None
        left, held = share * many, 0.0
        for count, summed in zip(self.counts[::-1], self.sums[::-1], strict=True):
            if count >= left:
                return float((held + summed * (left / count if count else 0.0)) / total)
            left, held = left - count, held + summed
        return 1.0

    def tail_index(self, share: float) -> float | None:
        """Hill's index of the largest `share` of the numbers above 0, to a rung's precision.

        k / Σ ln(x / x₀) over the k numbers above x₀; `None` with fewer than 20, or all on a rung.

        Source: Hill (1975), Annals of Statistics 3(5), 1163-1174.
        """
        counts, low = self.counts[1:], edges()[1:]
        above = counts[::-1].cumsum()[::-1]
        wanted = share * above[0]
        rungs = np.flatnonzero(above >= max(wanted, 20.0))
        if not len(rungs):
            return None
        at = int(rungs[-1])
        means = np.divide(self.sums[1:], counts, out=low.copy(), where=counts > 0)
        logs = float(counts[at:] @ np.log(means[at:] / low[at]))
        return float(above[at] / logs) if counts[at + 1 :].any() else None


def edges() -> Floats:
    """Lower ends of the rungs, and the upper end of the last but one: shape (RUNGS,).

    Examples
    --------
    >>> low = edges()
    >>> float(low[0]), round(float(low[-1] / low[-2]), 4)
    (0.0, 1.1892)
    """
    powers: Floats = 2.0 ** (np.arange(LOWEST, HIGHEST + 1) / STEPS)
    return np.concatenate([[0.0], powers])
