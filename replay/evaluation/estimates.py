"""Estimates with their intervals, read off sums."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING

from replay.intervals.choose import default
from replay.intervals.interval import widest
from replay.results.evaluation import Estimate

if TYPE_CHECKING:
    from replay.estimators.estimator import Estimator
    from replay.intervals.evidence import Evidence, IntervalRule
    from replay.intervals.interval import Interval
    from replay.numerics.reward_kind import RewardKind
    from replay.stats.reward_scale import RewardScale


def read_estimate(
    estimator: Estimator,
    scale: RewardScale,
    level: float,
    rule: IntervalRule,
    name: str | None = None,
    *,
    clustered: bool = False,
) -> Estimate:
    """Read an estimate off sums, in the rewards' own units.

    `clustered` says that rows are: where the estimator's interval doesn't know it, there is none.
    """
    value = estimator.value()
    if estimator.as_logged:
        low, high, made_by = estimator.interval(scale.logged_kind, level, rule)
    else:
        low, high, made_by = scale.interval(estimator.interval(scale.kind, level, rule))
        value = None if value is None else scale.value(value)
    if clustered and not _knows_clusters(estimator):
        low, high, made_by = widest(scale.logged_kind, "none for clustered rows")
    return Estimate(
        estimator=name or estimator.name,
        value=None if value is None else float(value),
        low=float(low),
        high=float(high),
        level=level,
        interval=made_by,
        setting=estimator.setting(),
    )


def for_gains(rule: IntervalRule) -> IntervalRule:
    """Return a rule for what can be below 0: the default one, where a rule is for rewards alone.

    A factor of the variance goes around it (`widened(for_gains(rule), factor)`), for either's.
    """

    def made(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
        interval = rule(evidence, kind, level)
        nothing = isinf(interval.low) and isinf(interval.high)
        return default(evidence, kind, level) if nothing else interval

    return made


def _knows_clusters(estimator: Estimator) -> bool:
    """Whether an estimator's interval takes clusters into account."""
    evidence = estimator.evidence()
    return evidence is not None and evidence.cluster_freedom is not None
