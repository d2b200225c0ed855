"""Wilson score interval (Wilson 1927): the rates p with |value − p| ≤ z √(p(1 − p)/m).

For a plain mean m is the number of rows; for a weighted one it is the number of rows that a plain
mean with the same variance would have, m = value (1 − value) / variance.

Source: Wilson (1927), JASA 22(158), 209-212.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.intervals.interval import Interval, widest
from replay.intervals.student import quantile

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind

ROUNDING = 1e-9
"""A standard error up to this is rounding: all rewards were alike."""


def wilson(
    value: float, variance: float, ess: float, level: float, freedom: float | None = None
) -> Interval:
    """Interval of a rate.

    Parameters
    ----------
    value, variance
        The estimate and its variance. An estimate less than one standard error from 0 or 1 (or
        beyond, as DR can be) takes m from the rate that is one standard error away.
    ess
        Effective sample size, used for m where the variance is 0: nothing has varied yet.
    level
        Confidence in (0, 1).
    freedom
        Degrees of freedom of the variance where clusters are few: Student's t for z.

    Examples
    --------
    >>> low, high, _ = wilson(0.5, 0.25 / 10, 10, 0.95)  # 5 of 10
    >>> round(low, 4), round(high, 4)
    (0.2366, 0.7634)
    >>> low, high, _ = wilson(0.0, 0.0, 10, 0.95)  # 0 of 10
    >>> round(low, 4), round(high, 4)
    (0.0, 0.2775)
    """
    error = math.sqrt(variance) if variance > ROUNDING**2 else 0.0
    rate = min(max(value, min(error, 0.5)), max(1.0 - error, 0.5))
    m = rate * (1 - rate) / error**2 if error else ess
    centre = min(max(value, 0.0), 1.0)
    reach = quantile(freedom, level)
    q = reach**2 / m if m > 0 else math.inf
    if math.isinf(q):
        return Interval(0.0, 1.0, "Wilson")
    middle = (centre + q / 2) / (1 + q)
    half = math.sqrt(q * (centre * (1 - centre) + q / 4)) / (1 + q)
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0), "Wilson")


def wilson_rule(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Wilson's interval with the variance that was seen; for binary rewards only."""
    if evidence is None or kind != "binary":
        return widest(kind, "needs rewards of 0 and 1")
    return wilson_of(evidence, evidence.seen, level)


def wilson_of(evidence: Evidence, variance: float, level: float) -> Interval:
    """Interval of an estimate; its rule says whether m is the number of rows or an effective one.

    Examples
    --------
    >>> from replay.intervals.evidence import Evidence
    >>> wilson_of(Evidence(0.5, 0.025, 0.025, 10, ess=10.0), 0.025, 0.95).rule
    'Wilson'
    >>> wilson_of(Evidence(0.5, 0.05, 0.05, 10, ess=5.0), 0.05, 0.95).rule
    'Wilson with effective n'
    """
    freedom = evidence.cluster_freedom
    interval = wilson(evidence.value, variance, evidence.ess, level, freedom)
    plain = freedom is None and math.isclose(evidence.ess, evidence.rows)
    return interval if plain else interval._replace(rule="Wilson with effective n")
