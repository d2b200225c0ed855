"""Clipped IPS (Ionides 2008): the mean of min(w, M) r; less noisy than IPS, but biased.

Source: Ionides (2008), Journal of Computational and Graphical Statistics 17(2), 295-311.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from replay.estimators.shrunk import ShrinkingEstimator
from replay.numerics.fieldwise_sum import kept, merged
from replay.stats.reward_scale import RewardScale

if TYPE_CHECKING:
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Clipped(ShrinkingEstimator):
    """Sums of clipped IPS for each of the largest weights M."""

    name: ClassVar[str] = "clipped IPS"
    as_logged: ClassVar[bool] = True
    symbol: ClassVar[str] = "M"
    parameters: tuple[float, ...] = field(
        metadata=merged(kept), default=(2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    )
    scale: RewardScale = field(metadata=merged(kept), default_factory=RewardScale)

    def receive(self, scored: Scored) -> Self:
        if not len(scored):
            return self
        w, top = scored.weight, scored.products.top
        shrunk = [np.minimum(w, limit) if limit < top else w for limit in self.parameters]
        reward = self.scale.logged(scored.reward)
        return replace(self, sums=self.sums.receive(shrunk, 0.0, reward))

    def keeps(self, weight: float) -> bool:
        return weight <= self.parameters[self.sums.best()]
