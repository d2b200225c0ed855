"""The forecast of one series: a value and an interval a step, how good it is, and sample paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.counted import counted
from bandit.errors import CannotAnswer
from replay.forecast.projection.assessment import assess, interval
from replay.forecast.projection.backtest import backtest
from replay.forecast.projection.combination import Combiner
from replay.forecast.projection.level_shift import LevelShift, last_shift
from replay.forecast.projection.paths import path_scale, sample_paths
from replay.forecast.series.series import FEWEST_STEPS, Per, Unit, recent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.projection.assessment import Assessment
    from replay.forecast.series.series import Series

ROUNDING = 1e-9
"""Share of the largest value below which differences are errors of rounding."""

PART = 3
"""A horizon is at most this part of the history: models are checked over whole horizons."""


class SeriesForecast(msgspec.Struct, frozen=True, kw_only=True):
    """A forecast, step after step, with what a backtest says of it.

    Attributes
    ----------
    start_at
        Begin of the first step, in UTC seconds since the epoch.
    values, low, high
        Forecast and limits of each step.
    level
        Share of values that the limits are to hold.
    fitted_steps
        Steps that the models saw.
    models
        Models whose mean is the forecast.
    mase
        Mean absolute error of the backtest over that of the seasonal naive forecast one step ahead
        within the series (Hyndman and Koehler 2006); `None` if it can't be told.
    relative_to_naive
        The same error over that of the seasonal naive forecast in the same windows.
    coverage
        Share of values in the backtest that their interval held.
    windows
        Windows of the backtest that were assessed.
    shift
        The last level shift, if there was one.
    """

    name: str
    unit: Unit
    per: Per
    start_at: float
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    fitted_steps: int
    recent_mean: float
    models: tuple[str, ...]
    mase: float | None
    relative_to_naive: float | None
    coverage: float | None
    windows: int
    shift: LevelShift | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """A forecast, paths that the series may take, shape (paths, horizon), and errors of the past.

    `errors` are of the same models in the windows that begin at `origins`, in the unit of the
    series: shape (windows, horizon), NaN where the truth is unknown.
    """

    forecast: SeriesForecast
    paths: NDArray[np.float64]
    errors: NDArray[np.float64]
    origins: tuple[int, ...]


def longest_horizon(steps: int) -> int:
    """Return the most steps ahead that a history of so many steps allows; 0 for none.

    Examples
    --------
    >>> longest_horizon(90), longest_horizon(10)
    (30, 0)
    """
    return steps // PART if steps >= FEWEST_STEPS else 0


def project(series: Series, horizon: int, level: float = 0.9) -> Projection:
    """Forecast a series, with models chosen by a backtest and conformal intervals.

    Parameters
    ----------
    series
        What was; only its last steps are used (`replay.forecast.series.series.WINDOW`).
    horizon
        Steps ahead.
    level
        Share of values that the interval of a step is to hold, in (0, 1).

    Raises
    ------
    CannotAnswer
        If the series is too short, or for this horizon.

    Examples
    --------
    >>> from replay.forecast.series.series import Series
    >>> day = np.array([4.0, 9.0, 1.0] * 30)
    >>> series = Series("tasks", "tasks", "hour", 0.0, day, (3,))
    >>> project(series, 3).forecast.values
    (4.0, 9.0, 1.0)
    """
    window = recent(series)
    steps = len(window.values)
    most = longest_horizon(steps)
    if not 1 <= horizon <= most:
        raise CannotAnswer(too_long(series, horizon, steps))
    ran = backtest(window.values, horizon, window.seasons)
    combiner = Combiner(ran, window.values, level)
    assessment = assess(ran, combiner, len(window.seasons), level)
    chosen = combiner.best(~np.isnan(ran.truth))
    low, high = interval(chosen, chosen.ahead, assessment.level)
    forecast = SeriesForecast(
        name=series.name,
        unit=series.unit,
        per=series.per,
        start_at=series.end,
        values=_limited(series, chosen.ahead),
        low=_limited(series, low),
        high=_limited(series, high),
        level=level,
        fitted_steps=steps,
        recent_mean=_mean(window.values[-max(window.seasons[-1], FEWEST_STEPS) :]),
        models=chosen.names,
        mase=_mase(window, assessment),
        relative_to_naive=_ratio(window, assessment.mae, assessment.naive_mae),
        coverage=assessment.coverage,
        windows=assessment.windows,
        shift=last_shift(window),
    )
    paths = sample_paths(ran.truth, chosen, path_scale(window))
    return Projection(forecast, paths, ran.truth - chosen.forecasts, ran.origins)


def too_long(series: Series, horizon: int, steps: int) -> str:
    """Say why a horizon is too long, and what is possible."""
    per, most = series.per, longest_horizon(steps)
    if not most:
        history = f"{counted(steps, f'whole {per}')} of history"
        return f"{series.name}: {history}, at least {FEWEST_STEPS} are needed" + (
            "; try --per hour" if per == "day" else ""
        )
    return (
        f"{series.name}: {horizon} {per}s ahead are too many for {steps} {per}s of history; "
        f"at most a third of it: --horizon {most}"
    )


def _limited(series: Series, values: NDArray[np.float64]) -> tuple[float, ...]:
    most = 1.0 if series.unit == "share" else np.inf
    return tuple(np.clip(values, 0.0, most).tolist())


def _mase(series: Series, assessment: Assessment) -> float | None:
    """Scale the error by that of the naive forecast within the series, of its better season."""
    values = series.values
    steps = [np.abs(values[season:] - values[:-season]) for season in series.seasons]
    means = [float(np.nanmean(each)) for each in steps if not np.isnan(each).all()]
    return _ratio(series, assessment.mae, min(means, default=0.0))


def _mean(values: NDArray[np.float64]) -> float:
    return float(np.nanmean(values)) if not np.isnan(values).all() else 0.0


def _ratio(series: Series, error: float | None, naive_error: float | None) -> float | None:
    """Divide errors; `None` if there are none, or the series is constant but for rounding."""
    if error is None or naive_error is None:
        return None
    rounding = ROUNDING * float(np.nanmax(np.abs(series.values)))
    return error / naive_error if naive_error > rounding else None
