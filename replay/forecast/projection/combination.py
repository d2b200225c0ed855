"""The mean of the three models with the smallest errors so far.

Combinations of a few good models beat the choice of one in most comparisons (Makridakis, Spiliotis
and Assimakopoulos 2020, the M4 competition, Int. J. Forecasting 36(1), 54-74).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.forecast.projection.conformal import half_widths
from replay.forecast.series.scales import scales_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.projection.backtest import Backtest, Run
    from replay.forecast.series.scales import Scale

COMBINED = 3


@dataclass(frozen=True, slots=True)
class Combination:
    """Models whose forecasts are averaged, and the scale on which their errors are taken.

    `forecasts` (origins, horizon) and `ahead` (horizon,) are in the unit of the series, `errors`
    (origins, horizon) on the scale, NaN where unknown.
    """

    names: tuple[str, ...]
    scale: Scale
    forecasts: NDArray[np.float64]
    ahead: NDArray[np.float64]
    errors: NDArray[np.float64]


class Combiner:
    """All runs of a backtest in the unit of the series, to combine the best of them."""

    def __init__(self, backtest: Backtest, values: NDArray[np.float64], level: float) -> None:
        self._runs, self._truth, self._level = backtest.runs, backtest.truth, level
        self._scales = scales_for(values)
        self._forecasts = np.array([_positive(run, run.forecasts) for run in backtest.runs])
        self._ahead = np.array([_positive(run, run.ahead) for run in backtest.runs])
        self.errors = np.abs(self._forecasts - backtest.truth)

    def best(self, known: NDArray[np.bool_]) -> Combination:
        """Combine the models with the smallest mean absolute error, of what is `known`."""
        total = np.where(known, self.errors, 0.0).sum(axis=(1, 2))
        best: dict[str, int] = {}
        for number in np.argsort(total, kind="stable").tolist():
            best.setdefault(self._runs[number].name, number)
            if len(best) == COMBINED:
                break
        chosen = list(best.values())
        forecasts = self._forecasts[chosen].mean(axis=0)
        scale, errors = self._narrowest(forecasts, known)
        return Combination(
            names=tuple(best),
            scale=scale,
            forecasts=forecasts,
            ahead=self._ahead[chosen].mean(axis=0),
            errors=errors,
        )

    def _narrowest(
        self, forecasts: NDArray[np.float64], known: NDArray[np.bool_]
    ) -> tuple[Scale, NDArray[np.float64]]:
        """Return the scale on which intervals are narrowest on average, and the errors on it."""
        found = []
        for scale in self._scales:
            middle = scale.to(forecasts)
            errors = np.where(known, scale.to(self._truth) - middle, np.nan)
            widths = half_widths(errors, self._level)
            low, high = scale.back(middle - widths), scale.back(middle + widths)
            found.append((float(np.mean(high - np.maximum(low, 0.0))), scale, errors))
        return min(found, key=lambda each: each[0])[1:]


def _positive(run: Run, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return forecasts in the unit of the series: nothing that is counted is below 0."""
    return np.maximum(run.scale.back(values), 0.0)
