"""A series at regular steps of time, and what its steps can repeat: a day, a week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Per = Literal["hour", "day"]
STEP_S: dict[Per, float] = {"hour": 3600.0, "day": 86400.0}
SEASONS: dict[Per, tuple[int, ...]] = {"hour": (24, 168), "day": (7,)}
"""Steps of the seasons that work follows: the day and the week."""

WINDOW: dict[Per, int] = {"hour": 20 * 168, "day": 730}
"""Most steps that models are fitted on: 20 weeks of hours, two years of days."""

FEWEST_SEASONS = 3
"""Times that a season must be seen: two to learn it, one to check it."""

FEWEST_STEPS = 12
"""Steps below which nothing is forecast: a third of them ahead, and a 90 % interval of nine errors
or more, need so many."""

Unit = Literal["tasks", "labels", "usd", "share", "seconds", "events"]


@dataclass(frozen=True, slots=True)
class Series:
    """What was counted or measured in each step; NaN where there was nothing to measure.

    Attributes
    ----------
    name
        What it is, as people say it.
    unit
        What a value is in.
    per
        Length of a step.
    start
        Begin of the first step, in UTC seconds since the epoch.
    values
        One value a step, shape (n,).
    seasons
        Steps of each season that its length shows, the shortest first; (1,) without any.
    """

    name: str
    unit: Unit
    per: Per
    start: float
    values: NDArray[np.float64]
    seasons: tuple[int, ...]

    @property
    def step_s(self) -> float:
        """Seconds of a step."""
        return STEP_S[self.per]

    @property
    def end(self) -> float:
        """End of the last step, where the forecast begins."""
        return self.start + self.step_s * len(self.values)


def seasons_of(per: Per, steps: int) -> tuple[int, ...]:
    """Return the seasons that so many steps show often enough.

    Examples
    --------
    >>> seasons_of("hour", 100), seasons_of("hour", 1000), seasons_of("day", 5)
    ((24,), (24, 168), (1,))
    """
    return tuple(s for s in SEASONS[per] if steps >= FEWEST_SEASONS * s) or (1,)


def recent(series: Series) -> Series:
    """Return the last steps of a series, as many as models are fitted on.

    Examples
    --------
    >>> import numpy as np
    >>> long = Series("a", "tasks", "day", 0.0, np.arange(800.0), (7,))
    >>> len(recent(long).values), recent(long).start / 86400.0
    (730, 70.0)
    """
    dropped = max(0, len(series.values) - WINDOW[series.per])
    return Series(
        series.name,
        series.unit,
        series.per,
        series.start + dropped * series.step_s,
        series.values[dropped:],
        series.seasons,
    )
