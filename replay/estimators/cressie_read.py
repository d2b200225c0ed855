"""Cressie–Read estimator: empirical likelihood with E[w] = 1 (Karampatziakis et al. 2020).

Among the distributions of (w, r) near the one seen (by the Cressie–Read divergence of power −2)
the nearest with E[w] = 1 is taken, one more row with the least or the largest possible weight
standing for what wasn't seen. What weight is then missing earns the mean reward of the log. Its
interval: `replay/estimators/evidence/cressie_read.py`.

Source: Karampatziakis, Langford and Mineiro (2020), Empirical likelihood for contextual bandits,
NeurIPS 33; the closed forms for power −2: section 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from replay.estimators.estimator import RowEstimator
from replay.estimators.evidence.cressie_read import WeightedMoments, cressie_read_interval
from replay.intervals.choose import default
from replay.intervals.interval import widest
from replay.numerics.fieldwise_sum import FieldwiseSum, kept, merged
from replay.numerics.inner_product import inner
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from replay.intervals.evidence import IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.reward_kind import RewardKind
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True)
class CressieRead(FieldwiseSum, RowEstimator):
    """Sums: rows, Σ w, Σ w², Σ w r, Σ w² r, Σ w² r², Σ r, and what weights and rewards may be."""

    name: ClassVar[str] = "Cressie-Read"
    own_interval: ClassVar[bool] = True
    as_logged: ClassVar[bool] = True
    count: int = 0
    w: float = 0.0
    w2: float = 0.0
    wr: float = 0.0
    w2r: float = 0.0
    w2r2: float = 0.0
    r: float = 0.0
    top: float = field(metadata=merged(max), default=0.0)
    low: float = field(metadata=merged(min), default=math.inf)
    high: float = field(metadata=merged(max), default=-math.inf)
    scale: RewardScale = field(metadata=merged(kept), default_factory=RewardScale)

    def receive(self, scored: Scored) -> CressieRead:
        if not len(scored):
            return self
        w, r = scored.weight, self.scale.logged(scored.reward)
        wr = w * r
        most = math.inf if scored.top is None else float(scored.top.max())
        return self + CressieRead(
            count=len(r),
            w=scored.products.w,
            w2=scored.products.w2,
            wr=float(wr.sum()),
            w2r=inner(w, wr),
            w2r2=inner(wr, wr),
            r=float(r.sum()),
            top=max(most, scored.products.top),
            low=float(r.min()),
            high=float(r.max()),
        )

    def value(self) -> float | None:
        n = self.count
        if not n:
            return None
        unseen = self.top if self.w < n else 0.0
        if math.isinf(unseen):
            gamma, beta = (1 + n) / n, 0.0
        else:
            mean, square = (unseen + self.w) / (1 + n), (unseen**2 + self.w2) / (1 + n)
            spread = square - mean**2
            if spread <= 0:  # all weights are 1
                return self.wr / n
            gamma, beta = (square - mean) / spread, (1 - mean) / spread
        seen = (gamma * self.w + beta * self.w2) / (1 + n)
        return (gamma * self.wr + beta * self.w2r) / (1 + n) + max(0.0, 1 - seen) * self.r / n

    def interval(self, kind: RewardKind, level: float, rule: IntervalRule = default) -> Interval:
        value = self.value()
        if value is None or self.count < 2:
            return widest(kind)
        rewards = (0.0, 1.0) if kind == "binary" else (self.low, self.high)
        sums = WeightedMoments(
            rows=self.count, w=self.w, w2=self.w2, wr=self.wr, w2r=self.w2r, w2r2=self.w2r2
        )
        return cressie_read_interval(sums, self.top, rewards, level).holding(value)
