"""Estimators that shrink large weights: sums for each of several parameters, one of them chosen.

With ŵ ≤ w the shrunk weight and s the score that it gives, the estimate is the mean of s, and what
it leaves out is E[(w − ŵ) y] for y the reward or what the model missed. As E[w] = 1 where the log
supports the target, L = 1 − E[ŵ] of all weight is left out, large weights that were never drawn
included. The interval contains that bias (`replay/estimators/evidence/bias_bound.py`).

The parameter is chosen by weights alone, as the smallest E[ŵ²]/n + L²: variance and squared bias
of a reward between 0 and 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.estimators.evidence.bias_bound import bias_bounded
from replay.intervals.choose import default
from replay.numerics.fieldwise_sum import FieldwiseSum, kept, merged
from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from replay.intervals.evidence import IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind


@dataclass(frozen=True, slots=True, eq=False)
class ShrunkSums(FieldwiseSum):
    """Σ ŵ, Σ ŵ², Σ s, Σ s², Σ s ŵ, shape (parameters, 5), and the range of y."""

    empty_without: ClassVar[str | None] = "count"
    count: int = 0
    sums: Floats = field(default_factory=lambda: np.zeros((0, 5)))
    low: float = field(metadata=merged(min), default=math.inf)
    high: float = field(metadata=merged(max), default=-math.inf)

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


@dataclass(frozen=True, slots=True, eq=False)
class ShrinkingEstimator(FieldwiseSum, RowEstimator):
    """Sums for each of the `parameters`, and the estimate by the best of them."""

    own_interval: ClassVar[bool] = True
    symbol: ClassVar[str]
    parameters: tuple[float, ...] = field(metadata=merged(kept), default=())
    sums: ShrunkSums = field(default_factory=ShrunkSums)

    def value(self) -> float | None:
        return self.sums.value(self.sums.best())

    def setting(self) -> str:
        return f"{self.symbol} = {self.parameters[self.sums.best()]:g}"

    def keeps(self, weight: float) -> bool:
        """Whether a weight is at most the threshold, and so stays as it is; not so by default."""
        del weight
        return False

    def interval(self, kind: RewardKind, level: float, rule: IntervalRule = default) -> Interval:
        sums = self.sums
        means = sums.sums[sums.best()] / sums.count if sums.count else np.zeros(5)
        return bias_bounded(sums.count, means, (sums.low, sums.high), kind, level)
