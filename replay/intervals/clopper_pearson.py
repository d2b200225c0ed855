"""Clopper–Pearson interval of IPS: Σ w r / W successes of n / W, W the largest weight.

Source: Clopper and Pearson (1934), Biometrika 26(4), 404-413; with weights as in vw-estimators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import betaincinv

from replay.intervals.interval import Interval, widest

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind


def clopper_pearson(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval of the mean of rewards between 0 and 1."""
    terms = evidence.terms if evidence is not None else None
    if evidence is None or terms is None or kind != "binary" or not terms.weight:
        return widest(kind, "Clopper-Pearson needs rewards of 0 and 1")
    if evidence.cluster_freedom is not None:
        return widest(kind, "Clopper-Pearson needs independent rows, not clusters")
    tries = evidence.rows / terms.weight
    hits = min(evidence.value * tries, tries)
    tail = (1 - level) / 2
    low = float(betaincinv(hits, tries - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, tries - hits, 1 - tail)) if hits < tries else 1.0
    return Interval(low, high, "Clopper-Pearson")
