"""Interval of a skewed mean: Student's t by kurtosis, its ends moved by Hall's transformation.

With g the skewness of an estimate v of standard error e, the distribution of

    T + g T²/3 + g² T³/27 + g/6,  T = (v − truth) / e,

is nearer the normal than that of T, which leans to the side where v missed the tail. It rises with
T, so its inverse at ± t has the interval's ends: the one towards the tail is further away. Unlike a
logarithm it takes rewards of any sign, and is never further away than 8 standard errors at t = 4.3,
for g is at most 1 in any sample; a logarithm's end is exp(t e / v) times v away.

Source: Hall (1992), JRSS B 54(1), 221-228, the transformation g₂ that he calls monotone.
"""

from __future__ import annotations

import math

from replay.intervals.interval import Interval
from replay.intervals.student import quantile


def skewed(
    value: float, variance: float, freedom: float | None, skewness: float, level: float
) -> Interval:
    """Interval of a mean, equivariant: of a + b v it is a + b times that of v.

    Parameters
    ----------
    value, variance, skewness
        The estimate, its variance and its skewness.
    freedom
        Degrees of freedom of the variance, `None` if many.
    level
        Confidence in (0, 1).

    Examples
    --------
    >>> low, high, _ = skewed(0.0, 1.0, None, 0.3, 0.95)
    >>> round(low, 2), round(high, 2)
    (-1.64, 2.69)
    """
    low, high = ends(value, math.sqrt(variance), skewness, quantile(freedom, level))
    return Interval(low, high, "t by kurtosis, corrected for skewness")


def ends(value: float, error: float, skewness: float, reach: float) -> tuple[float, float]:
    """Ends that are as far from a value as `reach` standard errors are from a mean without skew."""
    return value - error * _inverse(reach, skewness), value - error * _inverse(-reach, skewness)


def _inverse(at: float, skewness: float) -> float:
    """T at which the transformation is `at`."""
    if abs(skewness) < 1e-6:
        return at
    return 3 / skewness * (math.cbrt(1 + skewness * (at - skewness / 6)) - 1)
