"""Arrivals of a project's tasks at one desk, and how many more are expected.

A profile by hour of the day (UTC) learns the season, and a level how busy the last hours were
against it:

    expected in an hour = usual(hour of the day) * (recent + K) / (expected recently + K).

Both change when an hour is over, so a burst within it moves neither. An hour of the day that was
not seen yet counts as the mean of those that were; within the first hour there is only the rate so
far. An exponentially weighted seasonal mean and a Poisson level with a gamma prior (Holt 1957,
reprinted in International Journal of Forecasting 20(1), 2004, 5-10).
"""

from __future__ import annotations

import math

import msgspec

HOUR_S, HOURS = 3600.0, 24
FIRST_S = 600.0
"""A rate rests on ten minutes at least: the first task says nothing of the next one's time."""
NEW_DAY = 0.3
"""Weight of the newest day in the profile: a week is nearly forgotten after two."""
LEVEL_FADE = 0.8
"""Factor on the sums of the level for each hour: it rests on the last five."""
LEVEL_PRIOR = 5.0
"""Tasks that the level starts from, as if they had come as usual."""
LEAST_COVER = 0.25
"""Share of an hour that must have been seen for it to count in a profile."""


class Arrivals(msgspec.Struct, omit_defaults=True):
    """How many tasks came, and when.

    `since` is when the first came, `tasks` their number; `in_hour` came in the hour `hour` from
    the epoch. `usual` is the mean number by hour of the day, `recent` and `expected` the numbers of
    the last hours that came and that the profile had expected.

    Examples
    --------
    >>> arrivals = Arrivals()
    >>> for minute in range(120):
    ...     arrivals.count(60.0 * minute)
    >>> round(arrivals.ahead(7200.0, 3600.0))
    60
    """

    since: float | None = None
    tasks: int = 0
    hour: int = 0
    in_hour: int = 0
    usual: dict[int, float] = {}
    recent: float = 0.0
    expected: float = 0.0

    def count(self, now: float) -> None:
        """Count a task that came now."""
        hour = math.floor(now / HOUR_S)
        if self.since is None:
            self.since, self.hour = now, hour
        if hour > self.hour:
            self._end_hours(self.since, hour)
        self.tasks += 1
        self.in_hour += 1

    def ahead(self, now: float, seconds: float) -> float:
        """Return the number of tasks expected in the next `seconds`."""
        if self.since is None:
            return 0.0
        if not self.usual:
            per_s = (self.tasks + 1.0) / max(now - self.since, FIRST_S)
            return per_s * seconds
        mean = math.fsum(self.usual.values()) / len(self.usual)
        level = (self.recent + LEVEL_PRIOR) / (self.expected + LEVEL_PRIOR)
        end, hour, tasks = now + seconds, math.floor(now / HOUR_S), 0.0
        while hour * HOUR_S < end:
            part = min(end, (hour + 1) * HOUR_S) - max(now, hour * HOUR_S)
            tasks += self.usual.get(hour % HOURS, mean) * part / HOUR_S
            hour += 1
        return level * tasks

    def reset(self, now: float) -> None:
        """Note that the clock was set back to `now`: what was learned stays."""
        hour = math.floor(now / HOUR_S)
        if self.since is not None:
            self.since = min(self.since, now)
        if hour < self.hour:
            self.hour, self.in_hour = hour, 0

    def _end_hours(self, since: float, hour: int) -> None:
        """Learn from the hours before `hour` that are over; of a long gap, from its last two days.

        The first hour of all was seen in part.
        """
        for past in range(max(self.hour, hour - 2 * HOURS), hour):
            count = self.in_hour if past == self.hour else 0
            cover = min(1.0, (past + 1) - since / HOUR_S)
            if cover < LEAST_COVER:
                continue
            came, key = count / cover, past % HOURS
            usual = self.usual.get(key)
            if usual is not None:
                self.recent = LEVEL_FADE * self.recent + came
                self.expected = LEVEL_FADE * self.expected + usual
            self.usual[key] = came if usual is None else usual + NEW_DAY * (came - usual)
        self.hour, self.in_hour = hour, 0
