"""Rolling-origin backtest: what each model would have forecast at many moments of the past.

Models learn online, so one pass over the series gives the forecasts of every origin, each made from
the values before it alone (Tashman 2000, Int. J. Forecasting 16(4), 437-450).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.forecast.models.candidates import candidates
from replay.forecast.series.scales import scales_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from replay.forecast.models.candidates import Candidate
    from replay.forecast.series.scales import Scale

MOST_ORIGINS = 100
"""Origins of a backtest: enough for intervals at 90 %, few enough for seconds."""


DIVERGED = 1000.0
"""A forecast so many times as large as all values has diverged, and is cut off there."""


@dataclass(frozen=True, slots=True)
class Run:
    """A model on a scale: its forecasts at each origin and at the end, on that scale.

    `forecasts` has the shape (origins, horizon), `ahead` (horizon,).
    """

    name: str
    scale: Scale
    forecasts: NDArray[np.float64]
    ahead: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Backtest:
    """All runs on one series, and what came in fact, shape (origins, horizon), NaN if unknown.

    The first runs are the naive ones, one a season, on the plain scale.
    """

    origins: tuple[int, ...]
    truth: NDArray[np.float64]
    runs: tuple[Run, ...]


def origins_of(steps: int, horizon: int, seasons: tuple[int, ...]) -> tuple[int, ...]:
    """Return moments to forecast from: the later two thirds, spread over all phases of a season.

    Two of the longest season lie before the first, or half of the series where it is shorter. The
    stride has no divisor in common with the shortest season, so that not every forecast begins at
    the same hour.

    Examples
    --------
    >>> origins_of(20, 5, (1,))
    (6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    """
    first = max(steps // 3, min(steps // 2, 2 * seasons[-1]))
    stride = max(1, math.ceil((steps - horizon - first + 1) / MOST_ORIGINS))
    while math.gcd(stride, seasons[0]) != 1:
        stride += 1
    return tuple(range(first, steps - horizon + 1, stride))


def backtest(values: NDArray[np.float64], horizon: int, seasons: tuple[int, ...]) -> Backtest:
    """Let every candidate on every scale forecast from every origin."""
    origins = origins_of(len(values), horizon, seasons)
    truth = np.array([values[origin : origin + horizon] for origin in origins])
    runs = [
        _run(model, scale, values, origins, horizon)
        for number, scale in enumerate(scales_for(values))
        for model in candidates(seasons, len(values))
        if not (number and model.is_order_statistic)
    ]
    return Backtest(origins, truth, tuple(runs))


def _run(
    candidate: Candidate,
    scale: Scale,
    values: NDArray[np.float64],
    origins: Sequence[int],
    horizon: int,
) -> Run:
    """Learn value after value; where one is missing, learn what was forecast for it."""
    model = candidate.make()
    due = iter((*origins, len(values)))
    at = next(due)
    forecasts = []
    for step, value in enumerate((*scale.to(values).tolist(), math.nan)):
        if step == at:
            forecasts.append(model.forecast(horizon))
            at = next(due, -1)
        model.learn(float(model.forecast(1)[0]) if math.isnan(value) else value)
    most = DIVERGED * float(np.nanmax(np.abs(scale.to(values))))
    made = np.clip(np.nan_to_num(np.array(forecasts), posinf=most, neginf=-most), -most, most)
    return Run(candidate.name, scale, made[:-1], made[-1])
