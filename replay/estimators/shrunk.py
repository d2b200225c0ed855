"""Sums for estimators that shrink large weights, one set for each of a ladder of parameters.

With ŵ ≤ w the shrunk weight and s the score that it gives, the estimate is the mean of s, and what
it leaves out is E[(w − ŵ) y] for y the reward or what the model missed. As E[w] = 1 where the log
supports the target, L = 1 − E[ŵ] of all weight is left out, large weights that were never drawn
included; so the truth lies between s + L min y and s + L max y. That bias bound is part of the
interval, which is therefore as wide as the shrinking is strong.

The parameter is chosen by weights alone, as the smallest E[ŵ²]/n + L²: variance and squared bias
of a reward between 0 and 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.choose import default
from replay.intervals.interval import WIDEST, Interval, widest
from replay.intervals.normal import z
from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkSums:
    """Σ ŵ, Σ ŵ², Σ s, Σ s², Σ s ŵ, shape (parameters, 5), and the range of y."""

    count: int = 0
    sums: Floats = field(default_factory=lambda: np.zeros((0, 5)))
    low: float = math.inf
    high: float = -math.inf

    def receive(self, shrunk: list[Floats], base: Floats | float, y: Floats) -> ShrunkSums:
        """Add rows whose weights were shrunk to each of `shrunk`; scores are base + ŵ y.

        Weights that stand in it twice in a row, as the same array, are summed up once.
        """
        if not len(y):
            return self
        sums = np.empty((len(shrunk), 5))
        for at, w in enumerate(shrunk):
            if at and w is shrunk[at - 1]:
                sums[at] = sums[at - 1]
                continue
            s = w * y
            s += base
            sums[at] = w.sum(), inner(w, w), s.sum(), inner(s, s), inner(s, w)
        return self + ShrunkSums(len(y), sums, float(y.min()), float(y.max()))

    def __add__(self, other: ShrunkSums) -> ShrunkSums:
        if not self.count or not other.count:
            return self if self.count else other
        return ShrunkSums(
            self.count + other.count,
            self.sums + other.sums,
            min(self.low, other.low),
            max(self.high, other.high),
        )

    def best(self) -> int:
        """Which parameter has the smallest error by its weights alone; 0 if nothing came."""
        if not self.count:
            return 0
        means = self.sums / self.count
        return int(np.argmin(means[:, 1] / self.count + self.left_out() ** 2))

    def left_out(self) -> Floats:
        """Share of the weight that each parameter leaves out, L."""
        shares: Floats = np.maximum(1.0 - self.sums[:, 0] / self.count, 0.0)
        return shares

    def value(self, at: int) -> float | None:
        """Mean score of one parameter."""
        return float(self.sums[at, 2] / self.count) if self.count else None

    def interval(self, at: int, kind: str, level: float, rule: Rule = default) -> Interval:
        """Normal interval of s + L y at the two ends of y; `rule` can't change that."""
        if self.count < 2:
            return widest(kind)
        value, left = float(self.sums[at, 2]) / self.count, float(self.left_out()[at])
        low = value + left * self.low - z(level) * self._error(at, self.low)
        high = value + left * self.high + z(level) * self._error(at, self.high)
        least, most = WIDEST[kind]
        own = Interval(max(low, least), min(high, most), "normal and bias bound")
        return own.holding(value)

    def _error(self, at: int, y: float) -> float:
        """Standard error of the mean of s − ŵ y: the score and what L y adds."""
        w, w2, s, s2, sw = self.sums[at] / self.count
        variance = (s2 - s * s) - 2 * y * (sw - s * w) + y * y * (w2 - w * w)
        return math.sqrt(max(variance, 0.0) / (self.count - 1))
