"""Interval of an estimator that shrinks weights: normal, extended by a bound of its bias.

With ŵ ≤ w the shrunk weight, s the score and L = 1 − E[ŵ] the weight left out, the truth lies
between s + L min y and s + L max y, for y the reward or what the model missed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.intervals.interval import WIDEST, Interval, widest
from replay.intervals.normal import z

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind


def bias_bounded(
    count: int, means: Floats, y_range: tuple[float, float], kind: RewardKind, level: float
) -> Interval:
    """Normal interval of s + L y at the two ends of y; the widest of fewer than two rows.

    Parameters
    ----------
    count
        Rows.
    means
        Of ŵ, ŵ², s, s², s ŵ.
    y_range
        The least and the largest y.
    """
    if count < 2:
        return widest(kind)
    value, left = float(means[2]), max(1.0 - float(means[0]), 0.0)
    low, high = (
        value + left * y + sign * z(level) * _error(count, means, y)
        for y, sign in zip(y_range, (-1, 1), strict=True)
    )
    least, most = WIDEST[kind]
    return Interval(max(low, least), min(high, most), "normal and bias bound").holding(value)


def _error(count: int, means: Floats, y: float) -> float:
    """Standard error of the mean of s − ŵ y: the score and what L y adds."""
    w, w2, s, s2, sw = means
    variance = (s2 - s * s) - 2 * y * (sw - s * w) + y * y * (w2 - w * w)
    return math.sqrt(max(variance, 0.0) / (count - 1))
