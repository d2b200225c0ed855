"""Interval on the log scale for positive rewards: value · exp(± t · standard error / value).

A mean of few large rewards is skewed; its logarithm is less so, and the interval can't go below 0.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.intervals.interval import Interval, widest
from replay.intervals.student import quantile

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind


def log_scale(value: float, variance: float, freedom: float | None, level: float) -> Interval:
    """Interval of a positive mean; the widest if the estimate isn't positive.

    Parameters
    ----------
    value, variance
        The estimate and its variance; the logarithm's is variance / value² (delta method).
    freedom
        Degrees of freedom of the variance, `None` if many.
    level
        Confidence in (0, 1).

    Examples
    --------
    >>> low, high, _ = log_scale(1.0, 0.01, None, 0.95)
    >>> round(low, 3), round(high, 3)
    (0.822, 1.217)
    """
    if value <= 0:
        return widest("positive")
    exponent = quantile(freedom, level) * math.sqrt(variance) / value
    factor = math.exp(min(exponent, 700.0))  # exp(710) is too large for a float
    return Interval(value / factor, value * factor, "log scale, t, Satterthwaite df")


def log_rule(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval on the log scale with the variance that was seen."""
    if evidence is None or kind == "real":
        return widest(kind, "needs rewards that are never negative")
    return log_scale(evidence.value, evidence.seen, evidence.least_freedom(), level)
