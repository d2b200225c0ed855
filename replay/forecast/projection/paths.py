"""Paths that a series may take: the forecast, moved by the errors of one window of the past each.

How errors follow each other within a window is kept, so sums of a path have the right spread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.forecast.series.scales import PLAIN, ROOT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.projection.combination import Combination
    from replay.forecast.series.scales import Scale
    from replay.forecast.series.series import Series


FEWEST_WINDOWS = 40
"""Windows to draw errors from, if there are so many: limits of 90 % are then the second to last."""


def path_scale(series: Series) -> Scale:
    """Return the scale on which errors of one hour may stand for those of another.

    What is counted or paid varies more where there is more of it, the square root of it does not.
    """
    return PLAIN if series.unit in {"share", "seconds"} else ROOT


def later(windows: int) -> slice:
    """Return the later half of so many windows, or the last `FEWEST_WINDOWS` if that is more."""
    return slice(-max(FEWEST_WINDOWS, windows // 2), None)


def sample_paths(
    truth: NDArray[np.float64], chosen: Combination, scale: Scale
) -> NDArray[np.float64]:
    """Return paths, shape (windows, horizon); they are right on average over the windows used.

    Only the later windows are used: in the first ones, models had not learned their seasons yet.

    Parameters
    ----------
    truth
        What came in each window, shape (windows, horizon), NaN where unknown.
    chosen
        Forecasts of the same windows, and the one of what is to come.
    """
    kept = later(len(truth))
    truth, forecasts = truth[kept], chosen.forecasts[kept]
    known = ~np.isnan(truth)
    there = known.any(axis=1)
    errors = np.where(known, scale.to(truth) - scale.to(forecasts), 0.0)[there]
    paths = np.maximum(scale.back(scale.to(chosen.ahead) + errors), 0.0)
    came, foreseen = np.where(known, (truth, forecasts), 0.0).sum(axis=(1, 2))
    factor = _correction(came, foreseen, float(chosen.ahead.sum()), int(there.sum()))
    wanted = chosen.ahead * factor
    means = paths.mean(axis=0)
    factors: NDArray[np.float64] = np.ones_like(means)
    np.divide(wanted, means, out=factors, where=means > 0.0)
    return paths * factors


def _correction(came: float, foreseen: float, ahead: float, windows: int) -> float:
    """Return the factor on a forecast whose likes foresaw so much in windows where so much came.

    A forecast of nearly nothing may have missed it by any factor, so no more is added than was
    missed on average in a window. Windows fewer than `FEWEST_WINDOWS` correct in their proportion.
    """
    if not (foreseen and ahead):
        return 1.0
    factor = min(came / foreseen, 1.0 + max(came - foreseen, 0.0) / windows / ahead)
    return 1.0 + min(1.0, windows / FEWEST_WINDOWS) * (factor - 1.0)
