"""How good the procedure itself was: at each origin it knew only what was known then.

Rule 1: models, scale and widths of an origin are chosen from errors that were known at that moment,
so no figure here has seen its own future.
Rule 2: the level that intervals aim at follows how often they missed: adaptive conformal inference
(Gibbs and Candès 2021, NeurIPS 34, equation 2), with misses fed back when they were known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.forecast.projection.conformal import half_widths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.forecast.projection.backtest import Backtest
    from replay.forecast.projection.combination import Combination, Combiner

STEP = 0.05
"""Step of the adaptation: some twenty origins change the level (Gibbs and Candès: .005 to .1)."""

LOWEST, HIGHEST = 0.5, 0.99
"""Bounds of the adapted level."""

FEWEST_WINDOWS = 5
"""Windows that must have ended before an origin for it to be assessed."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Errors and coverage over all assessed origins; `None` where no origin could be assessed.

    Attributes
    ----------
    mae
        Mean absolute error.
    naive_mae
        That of the seasonal naive forecast in the same windows; of several seasons, the better.
    coverage
        Share of values inside their interval.
    windows
        Origins assessed.
    level
        Level at which the next interval aims, so that it holds what was asked for.
    """

    mae: float | None
    naive_mae: float | None
    coverage: float | None
    windows: int
    level: float


def interval(
    combination: Combination, forecasts: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the limits around forecasts of shape (horizon,), never below 0.

    Where a scale cuts forecasts off, as the logarithm does at 0, they are limits themselves.
    """
    scale = combination.scale
    middle, widths = scale.to(forecasts), half_widths(combination.errors, level)
    low = np.minimum(scale.back(middle - widths), forecasts)
    return np.maximum(low, 0.0), np.maximum(scale.back(middle + widths), forecasts)


def assess(backtest: Backtest, combiner: Combiner, naives: int, level: float) -> Assessment:
    """Go through the origins as time did; the first `naives` runs are the naive forecasts."""
    origins = np.array(backtest.origins)
    horizon = backtest.truth.shape[1]
    there = ~np.isnan(backtest.truth)
    due = origins[:, None] + np.arange(1, horizon + 1)
    missed: dict[int, float] = {}
    errors, naive_errors, inside = [], [], []
    aimed, fed = level, 0
    for number, origin in enumerate(origins):
        while fed < number and due[fed, -1] <= origin:
            aimed = _adapted(aimed, missed.get(fed), level)
            fed += 1
        known = (due <= origin) & there
        seen = there[number]
        if fed < FEWEST_WINDOWS or not known.any() or not seen.any():
            continue
        combination = combiner.best(known)
        low, high = interval(combination, combination.forecasts[number], aimed)
        truth = backtest.truth[number]
        holds = ((truth >= low) & (truth <= high))[seen]
        missed[number] = 1.0 - float(holds.mean())
        inside.append(holds)
        errors.append(np.abs(combination.forecasts[number] - truth)[seen])
        naive_errors.append(combiner.errors[:naives, number][:, seen])
    for later in range(fed, len(origins)):
        aimed = _adapted(aimed, missed.get(later), level)
    if not errors:
        return Assessment(None, None, None, 0, aimed)
    return Assessment(
        mae=float(np.concatenate(errors).mean()),
        naive_mae=float(np.concatenate(naive_errors, axis=1).mean(axis=1).min()),
        coverage=float(np.concatenate(inside).mean()),
        windows=len(errors),
        level=aimed,
    )


def _adapted(aimed: float, missed: float | None, level: float) -> float:
    if missed is None:
        return aimed
    return min(max(aimed + STEP * (missed - (1.0 - level)), LOWEST), HIGHEST)
