"""Bootstrap over blocks of consecutive tasks: what another batch as large could bring.

A policy that learns makes neighbours alike, so that blocks of tasks are drawn and not tasks. An
estimate from one batch and the figure of the next both vary; where they are as large, the variance
of their difference is twice that of one.

Source: the block bootstrap, Künsch (1989), Annals of Statistics 17(3), 1217-1241, with blocks that
don't overlap; prediction intervals, Geisser (1993), Predictive Inference, chapter 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.student import quantile
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats

BLOCKS, ROUNDS, LEVEL = 200, 1000, 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Sums by block of tasks, shape (b, k), of k columns."""

    sums: Floats

    @classmethod
    def of(cls, rows: Sequence[Sequence[float]] | Floats) -> Blocks:
        """Add up n tasks, shape (n, k), in at most `BLOCKS` blocks."""
        values = np.asarray(rows, dtype=np.float64)
        parts = np.array_split(values, min(len(values), BLOCKS))
        return cls(np.stack([part.sum(axis=0) for part in parts]))

    @property
    def total(self) -> Floats:
        """Sums over all tasks, shape (k,)."""
        totals: Floats = self.sums.sum(axis=0)
        return totals

    def error(self, figure: Callable[[Floats], Floats]) -> float:
        """Standard error of a figure of the sums: from shape (k, r) to (r,), r rounds at once.

        Examples
        --------
        >>> blocks = Blocks.of([[float(n % 2), 1.0] for n in range(100)])
        >>> 0.04 < blocks.error(lambda sums: sums[0] / sums[1]) < 0.06
        True
        """
        many = len(self.sums)
        figures = figure((_drawn(many) @ self.sums).T)
        known = figures[np.isfinite(figures)]
        return float(known.std()) * sqrt(many / max(many - 1, 1)) if len(known) > 1 else 0.0

    def interval(self, figure: Callable[[Floats], Floats], level: float = LEVEL) -> Amount:
        """Figure with the interval of its expectation."""
        value = float(figure(self.total[:, None])[0])
        half = self._quantile(level) * self.error(figure)
        return Amount(value, value - half, value + half)

    def next_batch(self, figure: Callable[[Floats], Floats], level: float = LEVEL) -> Amount:
        """Figure with the interval in which that of another batch as large would lie."""
        value = float(figure(self.total[:, None])[0])
        half = self._quantile(level) * sqrt(2.0) * self.error(figure)
        return Amount(value, value - half, value + half)

    def _quantile(self, level: float) -> float:
        return quantile(max(len(self.sums) - 1.0, 1.0), level)


@lru_cache(maxsize=4)  # a report draws from few numbers of blocks; a table has up to 1.6 MB
def _drawn(many: int) -> NDArray[np.int64]:
    """Return how often each of so many blocks is drawn, in each round: the same for all figures."""
    return np.random.default_rng(0).multinomial(many, [1.0 / many] * many, ROUNDS)
