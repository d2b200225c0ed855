"""DR with optimistic shrinkage, DRos (Su et al. 2020): weights λ w / (w² + λ).

Source: Su, Dimakopoulou, Krishnamurthy and Dudík (2020), ICML, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

from replay.estimators.shrunk import ShrinkingEstimator
from replay.numerics.fieldwise_sum import kept, merged

if TYPE_CHECKING:
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Dros(ShrinkingEstimator):
    """Sums of DRos for each of the shrinkages λ."""

    name: ClassVar[str] = "DRos"
    symbol: ClassVar[str] = "λ"
    parameters: tuple[float, ...] = field(
        metadata=merged(kept), default=(1.0, 10.0, 100.0, 1_000.0, 10_000.0)
    )

    def receive(self, scored: Scored) -> Self:
        w = scored.weight
        square = w * w
        shrunk = [much * w / (square + much) for much in self.parameters]
        return replace(self, sums=self.sums.receive(shrunk, scored.direct, scored.residual))
