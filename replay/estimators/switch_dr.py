"""Switch-DR (Wang, Agarwal and Dudík 2017): DR where w ≤ τ, the model alone where w > τ.

Source: Wang, Agarwal and Dudík (2017), ICML, equation 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Self

from replay.estimators.shrunk import ShrinkingEstimator
from replay.numerics.fieldwise_sum import kept, merged

if TYPE_CHECKING:
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class SwitchDr(ShrinkingEstimator):
    """Sums of Switch-DR for each of the thresholds τ."""

    name: ClassVar[str] = "Switch-DR"
    symbol: ClassVar[str] = "τ"
    parameters: tuple[float, ...] = field(
        metadata=merged(kept), default=(2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    )

    def receive(self, scored: Scored) -> Self:
        if not len(scored):
            return self
        w, top = scored.weight, scored.products.top
        shrunk = [w * (w <= most) if most < top else w for most in self.parameters]
        return replace(self, sums=self.sums.receive(shrunk, scored.direct, scored.residual))

    def keeps(self, weight: float) -> bool:
        return weight <= self.parameters[self.sums.best()]
