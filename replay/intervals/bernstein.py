"""Empirical Bernstein interval: bounded rewards, any number of rows.

|mean − E[x]| ≤ √(2 V ln(4/α) / n) + 7 B ln(4/α) / (3 (n − 1)) with probability 1 − α, for terms x
in [0, B] with sample variance V, independent of each other. Terms are w (r − low); B is the largest
possible weight times the width of the rewards' range; `intervals/evidence.py` says why that gives
an interval of IPS. It is none of SNIPS, a ratio, nor of DR, whose scores have no limit that is
known: predictions may lie anywhere.

Source: Maurer and Pontil (2009), COLT, theorem 4, on both sides.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.intervals.interval import Interval, widest

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind


def bernstein(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval of IPS where rewards are 0 and 1, or have a declared range."""
    limited = evidence.limited if evidence is not None else None
    most = None if limited is None else limited.most(kind)
    if evidence is None or limited is None or most is None:
        return widest(kind, "Bernstein is for IPS of rewards with limits")
    n = evidence.rows
    variance = max(limited.square - limited.mean**2, 0.0) * n / (n - 1)
    doubt = math.log(4 / (1 - level))
    half = math.sqrt(2 * variance * doubt / n) + 7 * most * doubt / (3 * (n - 1))
    low, high = limited.mean - half, limited.mean + half
    return limited.shifted(evidence.value, low, high, "empirical Bernstein")
