"""River's online forecasting models, as ours are called."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from river import linear_model, optim, preprocessing, time_series

if TYPE_CHECKING:
    from numpy.typing import NDArray


class FromRiver:
    """A forecaster of River; before it can forecast, the last value is repeated.

    So it is for good after a first season of zeros, by whose mean River's Holt-Winters divides.

    Examples
    --------
    >>> model = holt_winters(1, level=0.5, trend=0.0, season_rate=0.0)
    >>> for value in (1.0, 1.0, 1.0, 3.0):
    ...     model.learn(value)
    >>> model.forecast(2).tolist()
    [2.0, 2.0]
    """

    def __init__(self, model: time_series.base.Forecaster, warm_up: int) -> None:
        self._model = model
        self._left: float = warm_up
        self._last = 0.0

    def learn(self, value: float) -> None:
        """Take the next value in."""
        self._last = value
        if math.isinf(self._left):
            return
        try:
            self._model.learn_one(value)
        except ZeroDivisionError:
            self._left = math.inf
        self._left -= 1

    def forecast(self, horizon: int) -> NDArray[np.float64]:
        """Return the model's forecast; the last value where it has none or an infinite one."""
        if self._left > 0:
            return np.full(horizon, self._last)
        values = np.array(self._model.forecast(horizon), dtype=np.float64)
        return np.where(np.isfinite(values), values, self._last)


def holt_winters(season: int, level: float, trend: float, season_rate: float) -> FromRiver:
    """Holt and Winters' additive smoothing, as River has it; a season of 1 is none."""
    if season == 1:
        plain = time_series.HoltWinters(level, trend or None)  # type: ignore[no-untyped-call]  # River has no types here
        return FromRiver(plain, 3)
    model = time_series.HoltWinters(  # type: ignore[no-untyped-call]  # the same
        level, trend, season_rate, seasonality=season
    )
    return FromRiver(model, season + 2)


def snarimax(season: int, lags: int, seasonal_lags: int, *, differenced: bool) -> FromRiver:
    """An autoregression on the last values and on those of the last seasons, learned by SGD."""
    model = time_series.SNARIMAX(
        p=lags,
        d=0,
        q=0,
        m=season,
        sp=seasonal_lags,
        sd=int(differenced),
        sq=0,
        regressor=preprocessing.StandardScaler()
        | linear_model.LinearRegression(optimizer=optim.SGD(0.01), intercept_lr=0.1),
    )
    return FromRiver(model, season * (seasonal_lags + int(differenced)) + lags + 2)
