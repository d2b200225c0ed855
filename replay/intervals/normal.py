"""Normal-theory interval: value ± z · standard error.

Known to cover too little where rewards are rare or weights heavy (.72 to .92 at a nominal .95 in
our designs), so it is the yardstick, not the default.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

from replay.intervals.interval import Interval, widest

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind


def normal(value: float, variance: float, level: float) -> Interval:
    """Interval of a mean with a known variance; `level` in (0, 1).

    Examples
    --------
    >>> low, high, _ = normal(0.0, 1.0, 0.95)
    >>> round(low, 2), round(high, 2)
    (-1.96, 1.96)
    """
    half = z(level) * math.sqrt(variance)
    return Interval(value - half, value + half, "normal")


def z(level: float) -> float:
    """Quantile of the normal that leaves (1 − level)/2 above it."""
    return NormalDist().inv_cdf((1 + level) / 2)


def normal_rule(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Normal-theory interval with the variance that was seen."""
    if evidence is None:
        return widest(kind)
    return normal(evidence.value, evidence.seen, level)
