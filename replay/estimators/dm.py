"""Direct method, DM (Dudík, Langford and Li 2011): the mean of Σₐ π q̂ over rows with a model.

As good as its model: the bias doesn't shrink with more rows, so it has no interval of its own. It
gets DR's, which estimates the same value without that bias, stretched to hold the point.

Source: Dudík, Langford and Li (2011), ICML, section 2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from replay.estimators.dr import Dr
from replay.estimators.estimator import RowEstimator
from replay.intervals.choose import default
from replay.numerics.fieldwise_sum import FieldwiseSum
from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence, IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.reward_kind import RewardKind
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Dm(FieldwiseSum, RowEstimator):
    """Sums of DM, and those of DR for the interval."""

    name: ClassVar[str] = "DM"
    rows: float = 0.0
    direct: float = 0.0
    dr: Dr = field(default_factory=Dr)

    def receive(self, scored: Scored) -> Dm:
        rows = float(scored.fitted.sum())
        return self + Dm(rows, inner(scored.fitted, scored.direct), Dr() + scored.dr)

    def value(self) -> float | None:
        return self.direct / self.rows if self.rows else None

    def evidence(self) -> Evidence | None:
        return self.dr.evidence()

    def interval(self, kind: RewardKind, level: float, rule: IntervalRule = default) -> Interval:
        own, value = self.dr.interval(kind, level, rule), self.value()
        if value is None:
            return own
        return own.holding(value)._replace(rule="DR's, widened to include DM")
