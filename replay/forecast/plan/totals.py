"""The total of a forecast over its horizon, with an interval that knows how little was seen.

Windows of a backtest overlap: of 4 days of hours, 17 windows of 31 hours are hardly more than one
observation of their sum, and the spread of these sums is far too small. With e the error of a
window's step, H the steps of a window and ν the windows that fit side by side less one, which the
choice of models takes,

half-width² = z² H w (1 + H / n) + t_ν² max(0, mean (Σe)² - H w),

where w is the variance of e within windows, of which much is seen, n the steps of the history, and
z and t_ν are the quantiles of the normal and of Student's t distribution. The sum is of two kinds
of error: that of single steps, and that of the level, common to a window.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm, t

from replay.forecast.plan.sums import amount_of
from replay.forecast.projection.paths import later
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.projection.projection import Projection


def total_of(made: Projection) -> Amount:
    """Return the sum of a forecast and its interval.

    It is at least as wide as that of paths, else at most from the sum of the low limits of all
    steps to that of the high ones: as if all were missed alike.
    """
    forecast = made.forecast
    of_paths = amount_of(made.paths.sum(axis=1), forecast.level)
    kept = later(len(made.errors))
    half = half_width(made.errors[kept], made.origins[kept], forecast.level)
    low = max(of_paths.value - half, math.fsum(forecast.low))
    high = min(of_paths.value + half, math.fsum(forecast.high))
    return Amount(of_paths.value, min(of_paths.low, low), max(of_paths.high, high))


def half_width(errors: NDArray[np.float64], origins: tuple[int, ...], level: float) -> float:
    """Return the half-width of the interval of a sum.

    Parameters
    ----------
    errors
        Of forecasts of the past, shape (windows, horizon); NaN where unknown.
    origins
        The steps at which the windows begin.
    level
        Share of sums that the interval is to hold, in (0, 1).

    Examples
    --------
    >>> same = np.tile([1.0, -1.0], (8, 5))
    >>> round(half_width(same, tuple(range(0, 80, 10)), 0.9), 1)
    5.8
    >>> above = np.ones((8, 10))
    >>> round(half_width(above, tuple(range(0, 80, 10)), 0.9), 1)
    18.9
    """
    there = ~np.isnan(errors).all(axis=1)
    if not there.any():
        return 0.0
    known = np.nan_to_num(errors[there])
    begins = np.array(origins)[there]
    steps = known.shape[1]
    end = int(begins[-1]) + steps
    alone = max(1.0, (end - int(begins[0])) / steps - 1.0)
    means = known.mean(axis=1, keepdims=True)
    within = float(((known - means) ** 2).sum()) / (len(known) * max(1, steps - 1))
    common = max(0.0, float(np.mean(known.sum(axis=1) ** 2)) - steps * within)
    beyond = 0.5 + level / 2.0
    single = norm.ppf(beyond) ** 2 * steps * within * (1.0 + steps / end)
    return float(np.sqrt(single + t.ppf(beyond, alone) ** 2 * common))
