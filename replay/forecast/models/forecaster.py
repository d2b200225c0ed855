"""What every forecasting model does: it learns one value after another, and forecasts the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Forecaster(Protocol):
    """A model of one series at regular steps; learning is online, so one pass is a backtest."""

    def learn(self, value: float) -> None:
        """Take the next value in."""

    def forecast(self, horizon: int) -> NDArray[np.float64]:
        """Return the next `horizon` values, shape (horizon,)."""
