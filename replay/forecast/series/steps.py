"""Moments counted by step, and long breaks taken out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.forecast.series.series import SEASONS, STEP_S, Series, seasons_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from replay.forecast.series.series import Per, Unit

BREAK_S = 7 * 86400.0
"""Time without anything after which work is taken to have stopped, and gone on later."""


class Grid(NamedTuple):
    """Whole steps from a first to a last moment; those of long breaks are left out.

    Attributes
    ----------
    start
        Begin of the first step.
    steps
        Number of steps before breaks are left out.
    kept
        Which of them count, shape (steps,).
    """

    per: Per
    start: float
    steps: int
    kept: NDArray[np.bool_]

    @property
    def left_out(self) -> int:
        """Steps of breaks."""
        return int((~self.kept).sum())

    def number(self, times: Sequence[float]) -> NDArray[np.int64]:
        """Return the step of each moment; those outside are below 0 or `steps` and more."""
        return np.floor((np.array(times) - self.start) / STEP_S[self.per]).astype(np.int64)

    def sums(
        self, times: Sequence[float], amounts: Sequence[float] | None = None
    ) -> NDArray[np.float64]:
        """Sum up by step, breaks left out; without amounts, count."""
        numbers = self.number(times)
        inside = (numbers >= 0) & (numbers < self.steps)
        weights = None if amounts is None else np.array(amounts)[inside]
        counted = np.bincount(numbers[inside], weights, minlength=self.steps)
        return counted.astype(np.float64)[self.kept]

    def means(self, times: Sequence[float], amounts: Sequence[float]) -> NDArray[np.float64]:
        """Average by step; NaN where there is nothing."""
        counts, sums = self.sums(times), self.sums(times, amounts)
        return np.where(counts > 0, sums / np.maximum(counts, 1.0), np.nan)

    def series(self, name: str, unit: Unit, values: NDArray[np.float64]) -> Series:
        """Name values of this grid.

        The start is such that the last step ends where the grid does.
        """
        step_s = STEP_S[self.per]
        start = self.start + step_s * (self.steps - len(values))
        return Series(name, unit, self.per, start, values, seasons_of(self.per, len(values)))


def grid_of(times: Sequence[float], per: Per, *, whole: bool = False) -> Grid:
    """Return the steps that moments fill wholly: the first and the last one are only begun.

    Parameters
    ----------
    times
        Moments in order.
    per
        Length of a step.
    whole
        Whether the first and the last step are whole too, as where times are dates.

    Examples
    --------
    >>> grid_of([1800.0, 4000.0, 9000.0, 15000.0], "hour")[1:3]
    (3600.0, 3)
    """
    step_s = STEP_S[per]
    if whole:
        first, last = math.floor(times[0] / step_s), math.floor(times[-1] / step_s) + 1
    else:
        first, last = math.ceil(times[0] / step_s), math.floor(times[-1] / step_s)
    steps = max(0, last - first)
    kept = np.ones(steps, dtype=np.bool_)
    grid = Grid(per, first * step_s, steps, kept)
    filled = np.unique(grid.number(times))
    unit = SEASONS[per][-1]  # whole weeks go, so that Monday stays Monday
    for before, after in zip(filled[:-1].tolist(), filled[1:].tolist(), strict=True):
        empty = (after - before - 1) // unit * unit
        if empty * step_s >= BREAK_S:
            kept[max(0, after - empty) : after] = False
    return grid
