"""Switch-DR: DR where the weight is at most τ, and the model alone where it is larger.

Source: Wang, Agarwal and Dudík (2017), ICML, equation 7.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from replay.estimators.estimator import RowEstimator
from replay.estimators.shrunk import ShrunkSums
from replay.intervals.choose import default

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class SwitchDr(RowEstimator):
    """Sums of Switch-DR for each of the thresholds τ."""

    name: ClassVar[str] = "Switch-DR"
    own_interval: ClassVar[bool] = True
    thresholds: tuple[float, ...] = (2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
    sums: ShrunkSums = field(default_factory=ShrunkSums)

    def receive(self, scored: Scored) -> SwitchDr:
        if not len(scored):
            return self
        w, top = scored.weight, scored.products.top
        shrunk = [w * (w <= most) if most < top else w for most in self.thresholds]
        return replace(self, sums=self.sums.receive(shrunk, scored.direct, scored.residual))

    def __add__(self, other: SwitchDr) -> SwitchDr:
        return replace(self, sums=self.sums + other.sums)

    def value(self) -> float | None:
        return self.sums.value(self.sums.best())

    def setting(self) -> str:
        """Threshold that was chosen."""
        return f"τ = {self.thresholds[self.sums.best()]:g}"

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return self.sums.interval(self.sums.best(), kind, level, rule)
