"""DRos, DR with optimistic shrinkage: the weight of what the model missed is λ w / (w² + λ).

Source: Su, Dimakopoulou, Krishnamurthy and Dudík (2020), ICML, section 4.
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
class Dros(RowEstimator):
    """Sums of DRos for each of the shrinkages λ."""

    name: ClassVar[str] = "DRos"
    own_interval: ClassVar[bool] = True
    shrinkages: tuple[float, ...] = (1.0, 10.0, 100.0, 1_000.0, 10_000.0)
    sums: ShrunkSums = field(default_factory=ShrunkSums)

    def receive(self, scored: Scored) -> Dros:
        w = scored.weight
        square = w * w
        shrunk = [much * w / (square + much) for much in self.shrinkages]
        return replace(self, sums=self.sums.receive(shrunk, scored.direct, scored.residual))

    def __add__(self, other: Dros) -> Dros:
        return replace(self, sums=self.sums + other.sums)

    def value(self) -> float | None:
        return self.sums.value(self.sums.best())

    def setting(self) -> str:
        """Shrinkage that was chosen."""
        return f"λ = {self.shrinkages[self.sums.best()]:g}"

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return self.sums.interval(self.sums.best(), kind, level, rule)
