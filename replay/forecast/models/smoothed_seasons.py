"""Exponential smoothing with one or two seasons and an autocorrelated error."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class SmoothedSeasons:
    """A level, an additive profile for each season (a day, a week), and an AR(1) error.

        forecast[t] = level + Σ profile_i[(t mod season_i) // slot_i] + φ error[t - 1]

    Source: Taylor (2003), Short-term electricity demand forecasting using double seasonal
    exponential smoothing, JORS 54(8), 799-805, equations 3 to 6, in the additive form. In its first
    two seasons a profile is a plain mean (its rate is 1/n), so that it needs no first guess.

    Parameters
    ----------
    seasons
        Steps of each season, and of a slot in its profile: (24, 1) has a value for each hour of the
        day, (168, 24) one for each day of the week, (168, 1) one for each hour of the week.
    level_rate, season_rate
        Share of an error that moves the level, and each profile, in (0, 1].
    carried
        φ: share of the last error that carries on to the next step, in [0, 1).

    Examples
    --------
    >>> model = SmoothedSeasons([(2, 1)], level_rate=0.1, season_rate=0.5, carried=0.0)
    >>> for _ in range(60):
    ...     model.learn(1.0)
    ...     model.learn(3.0)
    >>> model.forecast(3).round(2).tolist()
    [1.0, 3.0, 1.0]
    """

    def __init__(
        self,
        seasons: Sequence[tuple[int, int]],
        level_rate: float,
        season_rate: float,
        carried: float,
    ) -> None:
        self._profiles = [
            ([0.0] * (season // slot), season, slot, season_rate / slot) for season, slot in seasons
        ]
        self._level_rate, self._carried = level_rate, carried
        self._seen = 0
        self._level = 0.0
        self._error = 0.0

    def learn(self, value: float) -> None:
        """Take the next value in."""
        seen, profiles, rate = self._seen, self._profiles, self._level_rate
        base = self._level
        for profile, season, wide, _ in profiles:
            base += profile[seen % season // wide]
        error = value - base - self._carried * self._error
        mean = 1.0 / (seen + 1)
        self._level += (mean if mean > rate else rate) * error  # noqa: FURB136 - max() is slow
        for profile, season, wide, rate in profiles:
            mean = 1.0 / (seen // season * wide + seen % wide + 1 + wide)
            gain = mean if mean > rate else rate  # noqa: FURB136 - the same
            profile[seen % season // wide] += gain * error
        self._error = value - base
        self._seen += 1

    def forecast(self, horizon: int) -> NDArray[np.float64]:
        """Return level, profiles and what is left of the last error."""
        steps = range(self._seen, self._seen + horizon)
        values = np.full(horizon, self._level)
        for profile, season, wide, _ in self._profiles:
            values += [profile[step % season // wide] for step in steps]
        values += self._error * _carried(self._carried, horizon)
        return values


@lru_cache(maxsize=64)
def _carried(share: float, horizon: int) -> NDArray[np.float64]:
    """Return what is left of an error after each of so many steps."""
    return np.asarray(share ** np.arange(1, horizon + 1), dtype=np.float64)
