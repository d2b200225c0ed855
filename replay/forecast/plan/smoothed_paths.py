"""Paths far ahead, by simulating exponential smoothing: how far the level may drift is learned.

Over a month there are few windows of the past to compare with, but many single steps. Each path
draws a level rate by how well it foresaw the past, and then its own errors, which move its level.
Source: Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing, chapter 6;
rates are weighted by their likelihood, so that what isn't known of them widens the interval.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.forecast.models.smoothed_seasons import SmoothedSeasons
from replay.forecast.series.scales import ROOT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.series.series import Series

PATHS = 1000
"""Paths drawn: limits of 90 % intervals are then 50th from the end."""

RATES = tuple(0.005 * 2.0**power for power in range(8))
"""Level rates, from hardly any drift to nearly a random walk."""

SEASON_RATE = 0.05
"""Share of an error that moves the profile of the day or week."""


def smoothed_paths(series: Series, steps: int, seed: int = 0) -> NDArray[np.float64]:
    """Return paths of `steps` steps from the end of a series, shape (PATHS, steps), none below 0.

    Examples
    --------
    >>> from replay.forecast.series.series import Series
    >>> week = np.array([4.0] * 5 + [1.0] * 2)
    >>> series = Series("spend", "usd", "day", 0.0, np.tile(week, 9), (7,))
    >>> int(smoothed_paths(series, 30).sum(axis=1).mean().round())
    96
    """
    values = ROOT.to(series.values)
    learned = [_learned(values, series.seasons, rate, steps) for rate in RATES]
    # The likelihood of normal errors with unknown variance: (sum of squares) ** (-n / 2).
    logs = [-0.5 * len(errors) * np.log(np.mean(errors**2) + 1e-12) for _, errors in learned]
    chances = np.exp(np.array(logs) - max(logs))
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(RATES), size=PATHS, p=chances / chances.sum())
    forecasts = np.array([forecast for forecast, _ in learned])[drawn]
    count = min(len(errors) for _, errors in learned)
    errors = np.array([each[-count:] for _, each in learned])
    moves = errors[drawn[:, None], rng.integers(count, size=(PATHS, steps))]
    unsure = rng.normal(size=(PATHS, 1)) * errors.std(axis=1)[drawn][:, None] / np.sqrt(count)
    rates = np.array(RATES)[drawn][:, None]
    levels = np.cumsum(rates * moves, axis=1) - rates * moves  # an error moves what comes after it
    return ROOT.back(forecasts + unsure + levels + moves)


def _learned(
    values: NDArray[np.float64], seasons: tuple[int, ...], rate: float, steps: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the forecast and the errors one step ahead, without those of the first third."""
    profiles = [(seasons[0], 1)] if seasons[0] > 1 else []
    if len(seasons) > 1:
        profiles.append((seasons[1], seasons[0]))
    model = SmoothedSeasons(profiles, rate, SEASON_RATE, 0.0)
    errors = np.empty(len(values))
    for step, value in enumerate(values.tolist()):
        errors[step] = value - float(model.forecast(1)[0])
        model.learn(value)
    return model.forecast(steps), errors[len(values) // 3 :]
