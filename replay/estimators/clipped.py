"""Clipped IPS: the mean of min(w, M) r; less noisy than IPS, and biased by what is clipped off.

Source: Ionides (2008), Journal of Computational and Graphical Statistics 17(2), 295-311.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.estimators.shrunk import ShrunkSums
from replay.intervals.choose import default
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Clipped(RowEstimator):
    """Sums of clipped IPS for each of the largest weights `limits`."""

    name: ClassVar[str] = "clipped IPS"
    own_interval: ClassVar[bool] = True
    as_logged: ClassVar[bool] = True
    limits: tuple[float, ...] = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    sums: ShrunkSums = field(default_factory=ShrunkSums)
    scale: RewardScale = field(default_factory=RewardScale)

    def receive(self, scored: Scored) -> Clipped:
        if not len(scored):
            return self
        w, top = scored.weight, scored.products.top
        shrunk = [np.minimum(w, limit) if limit < top else w for limit in self.limits]
        reward = self.scale.logged(scored.reward)
        return replace(self, sums=self.sums.receive(shrunk, 0.0, reward))

    def __add__(self, other: Clipped) -> Clipped:
        return replace(self, sums=self.sums + other.sums)

    def value(self) -> float | None:
        return self.sums.value(self.sums.best())

    def setting(self) -> str:
        """Largest weight that was chosen."""
        return f"M = {self.limits[self.sums.best()]:g}"

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return self.sums.interval(self.sums.best(), kind, level, rule)
