"""Student's t interval, with the degrees of freedom by kurtosis (Satterthwaite 1946)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy.special import ndtri, stdtrit

from replay.intervals.interval import Interval, widest

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind


def student(value: float, variance: float, freedom: float | None, level: float) -> Interval:
    """Widen the normal interval by what a variance from heavy tails is worth.

    Parameters
    ----------
    value, variance
        The estimate and its variance.
    freedom
        Degrees of freedom of the variance (`Moments.degrees_of_freedom`), `None` if many.
    level
        Confidence in (0, 1).

    Examples
    --------
    >>> low, high, _ = student(0.0, 1.0, 10.0, 0.95)
    >>> round(low, 2), round(high, 2)
    (-2.23, 2.23)
    """
    half = quantile(freedom, level) * math.sqrt(variance)
    return Interval(value - half, value + half, "t, Satterthwaite df")


def quantile(freedom: float | None, level: float) -> float:
    """Quantile of Student's t, never below 2 degrees of freedom: fewer have no variance at all."""
    return beyond(freedom, (1 - level) / 2)


def beyond(freedom: float | None, tail: float) -> float:
    """Where only `tail` of Student's t is beyond; of a small one much further than of the normal.

    Examples
    --------
    >>> round(beyond(None, 0.001), 2), round(beyond(4.0, 0.001), 2)
    (3.09, 7.17)
    """
    if tail <= 0:  # smaller than a float can say
        return math.inf
    if freedom is None:
        return -float(ndtri(tail))
    return -float(stdtrit(max(freedom, 2.0), tail))


def student_rule(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Student's interval with the variance that was seen, by kurtosis and by clusters."""
    if evidence is None:
        return widest(kind)
    return student(evidence.value, evidence.seen, evidence.least_freedom(), level)
