"""Gamma interval of IPS (Fay and Feuer 1997): a weighted sum of counts as a gamma.

With y = Σ w r / n, v = Σ (w r)² / n² and u the largest weight over n, the lower end is the
α/2 quantile of a gamma with mean y and variance v, the upper end the 1 − α/2 quantile of one with
mean y + u and variance v + u².

Source: Fay and Feuer (1997), Statistics in Medicine 16(7), 791-801.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scipy.special import gammaincinv

from replay.intervals.interval import Interval, widest, within

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind


def gamma(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval of a mean of non-negative terms."""
    terms = evidence.terms if evidence is not None else None
    if evidence is None or terms is None or not terms.weight:
        return widest(kind, "gamma needs terms w r that are never negative")
    if evidence.cluster_freedom is not None:
        return widest(kind, "gamma needs independent rows, not clusters")
    n, tail = evidence.rows, (1 - level) / 2
    largest = terms.weight * max(terms.reward, 0.0) / n
    low = _quantile(evidence.value, terms.square / n, tail)
    high = _quantile(evidence.value + largest, terms.square / n + largest**2, 1 - tail)
    return within(low, high, kind, "gamma")


def _quantile(mean: float, variance: float, at: float) -> float:
    """Quantile of a gamma by its mean and variance."""
    if mean <= 0 or variance <= 0:
        return mean
    return float(variance / mean * gammaincinv(mean**2 / variance, at))
