"""Forecasts that need no fit: the value a season ago, and the last value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class SeasonalNaive:
    """The value one season ago; with a season of 1, the last value.

    The yardstick of every other model: Hyndman and Athanasopoulos (2021), Forecasting: Principles
    and Practice, section 5.2.

    Examples
    --------
    >>> model = SeasonalNaive(3)
    >>> for value in (1.0, 2.0, 3.0, 4.0):
    ...     model.learn(value)
    >>> model.forecast(4).tolist()
    [2.0, 3.0, 4.0, 2.0]
    """

    def __init__(self, season: int) -> None:
        self._season = season
        self._last: list[float] = []

    def learn(self, value: float) -> None:
        """Take the next value in."""
        self._last.append(value)
        if len(self._last) > self._season:
            del self._last[0]

    def forecast(self, horizon: int) -> NDArray[np.float64]:
        """Repeat the last season; before the first value, zeros."""
        if not self._last:
            return np.zeros(horizon)
        return np.resize(np.array(self._last), horizon)
