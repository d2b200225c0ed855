"""Estimators corrected by audits, with the variance that the confidences imply.

Where wrong answers are rare, few or none of the audited are wrong, and the variance seen says too
little: with 30 audits, 60 % of DR's intervals held the truth. So the variance is the larger of the
one seen and that of the same estimator without what audits add, plus

mean weight² p(1 − p)/ρ / n,

with p the confidence and ρ the chance of an audit. The weight is ρ_T, of a gain ρ_T − 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

from replay.estimators.estimator import Estimator, LoggedMean
from replay.intervals.choose import default
from replay.numerics.fieldwise_sum import FieldwiseSum, kept, merged

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence, IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind
    from replay.stats.cluster_sums import Groups
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class AuditedEstimator(FieldwiseSum, Estimator):
    """An estimator of n tasks, and the same one without what audits add.

    `doubt` is Σ (ρ_T − `origin`)² p(1 − p)/ρ in squared dollars.
    """

    whole: Estimator
    certain: Estimator
    origin: float = field(default=0.0, metadata=merged(kept))
    doubt: float = 0.0

    @classmethod
    def of(cls, estimator: Estimator, origin: float = 0.0) -> Self:
        """Begin with an estimator that has received nothing."""
        return cls(estimator, estimator, origin)

    @property
    def name(self) -> str:
        """Name of the estimator."""
        return self.whole.name

    @property
    def groups(self) -> Groups:
        """Sums by group of tasks."""
        return self.whole.groups

    def receive(self, scored: Scored) -> Self:
        certain, doubt = _parts(scored)
        weight = scored.weight - self.origin
        return replace(
            self,
            whole=self.whole.receive(scored),
            certain=self.certain.receive(certain),
            doubt=self.doubt + float(weight**2 @ doubt),
        )

    def value(self) -> float | None:
        return self.whole.value()

    def evidence(self) -> Evidence | None:
        whole, certain = self.whole.evidence(), self.certain.evidence()
        if whole is None or certain is None:
            return whole
        believed = certain.variance + self.doubt / whole.rows**2
        return replace(whole, variance=max(whole.variance, believed))


@dataclass(frozen=True, slots=True, eq=False)
class AuditedMean(AuditedEstimator, LoggedMean):
    """The mean of what was logged, which audits correct as well."""

    whole: LoggedMean
    certain: LoggedMean

    def receive_unweighted(self, scored: Scored) -> Self:
        """Add tasks as they were logged: every weight is 1."""
        certain, doubt = _parts(scored)
        return replace(
            self,
            whole=self.whole.receive_unweighted(scored),
            certain=self.certain.receive_unweighted(certain),
            doubt=self.doubt + float(doubt.sum()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class AuditedDm(AuditedEstimator):
    """DM, whose interval is that of DR, stretched to hold its value."""

    def interval(self, kind: RewardKind, level: float, rule: IntervalRule = default) -> Interval:
        own, value = rule(self.evidence(), kind, level), self.value()
        if value is None:
            return own
        return own.holding(value)._replace(rule="DR's, widened to include DM")


def _parts(scored: Scored) -> tuple[Scored, Floats]:
    assert scored.certain is not None, "tasks need their scores without audits"
    assert scored.doubt is not None
    return scored.certain, scored.doubt
