"""The hours in which a pool is open, as a desk has seen them, and the chance that it opens at one.

Nobody says beforehand when a pool opens: a `Pool` event says that it has. So a profile by hour of
the day (UTC) learns how much of each hour the pool was open, from its first closing on:

    usual(hour of the day) <- usual + NEW_DAY * (share of the hour just ended - usual).

A pool that stays closed through an hour in which it is usually open has perhaps a day off, or is
gone. With `doubt` the largest `usual` of the hours that it missed since it closed,

    chance that it is open in a coming hour = usual(that hour) * (1 - doubt).
"""

from __future__ import annotations

import math

import msgspec

from bandit.task.arrivals import HOUR_S, HOURS, LEAST_COVER, NEW_DAY

FIRST_DAY = 0.5
"""Weight of the first day against a pool that is never open: one day shows little."""
DIGITS = 4


class OpenHours(msgspec.Struct, omit_defaults=True):
    """How much of each hour of the day a pool was open.

    Of the hour `hour` from the epoch, `seen_s` were seen, and in `open_s` of these it was open.

    Examples
    --------
    >>> hours = OpenHours()
    >>> for hour in range(30):
    ...     hours.count(hour * 3600.0, (hour + 1) * 3600.0, is_open=8 <= hour < 20)
    >>> hours.opens(32 * 3600.0), hours.opens(44 * 3600.0), hours.is_open(36 * 3600.0)
    (0.5, 0.0, 0.5)
    """

    hour: int = 0
    seen_s: float = 0.0
    open_s: float = 0.0
    usual: dict[int, float] = {}
    doubt: float = 0.0

    def count(self, before: float, now: float, *, is_open: bool) -> None:
        """Count the time from `before` to `now`, in which the pool was open or not.

        Of more than an hour between two ticks nobody knows what was seen.
        """
        if is_open:
            self.doubt = 0.0
        at = now if now - before > HOUR_S else before
        while at < now:
            hour = math.floor(at / HOUR_S)
            if hour != self.hour:
                self._end_hour(hour)
            part = min(now, (hour + 1) * HOUR_S) - at
            self.seen_s += part
            self.open_s += part * is_open
            at += part
        if (hour := math.floor(now / HOUR_S)) != self.hour:
            self._end_hour(hour)

    def opens(self, at: float) -> float:
        """Return the chance that the pool, which is closed now, is open at `at`."""
        return self.usual.get(_of_day(at), 0.0) * (1.0 - self.doubt)

    def is_open(self, at: float) -> float:
        """Return the chance that the pool, which is open now, is open at `at`."""
        return self.usual.get(_of_day(at), 0.5)

    def reset(self, now: float) -> None:
        """Note that the clock was set back to `now`: what was learned stays."""
        if (hour := math.floor(now / HOUR_S)) < self.hour:
            self.hour, self.seen_s, self.open_s = hour, 0.0, 0.0

    def _end_hour(self, hour: int) -> None:
        """Learn from the hour that has ended; begin to count another."""
        if self.seen_s >= LEAST_COVER * HOUR_S:
            key, share = self.hour % HOURS, self.open_s / self.seen_s
            usual = self.usual.get(key)
            if usual is None:
                moved = FIRST_DAY * share
            else:
                moved = usual + NEW_DAY * (share - usual)
                if not self.open_s:
                    self.doubt = max(self.doubt, usual)
            self.usual[key] = round(moved, DIGITS)
        self.hour, self.seen_s, self.open_s = hour, 0.0, 0.0


def _of_day(at: float) -> int:
    return math.floor(at / HOUR_S) % HOURS
