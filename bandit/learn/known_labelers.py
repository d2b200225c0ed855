"""The records of labelers, of whom those who have been idle for long are forgotten.

A labeler who comes back later is taken for a new one of the pool, whose own record has kept what
their labels taught. The last seen stand last, in memory and in what is saved.

Rule 1: days are those of the rewards, so that every learner forgets the same labelers.
Rule 2: one wrong clock makes nobody idle: a day passes only with `DAY_REWARDS` rewards, however
far they are ahead. Where fewer come in a day, few labelers do, too, and they are kept longer.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from bandit.days import day_of
from bandit.learn.labelers import TrackRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.settings import MemorySettings

DAY_REWARDS = 1000
"""Rewards that a day takes at least: a wrong clock is noticed before its worker wrote so many."""


class KnownLabelers:
    """Records by key, at most `memory.max_labelers` of them.

    Parameters
    ----------
    memory
        How many are remembered, and for how many days.
    records
        Those saved, the last seen last; without a day, in any order.
    day, day_began
        The day (since 1970, UTC) that it was when they were saved, and the position at which it
        began.

    Examples
    --------
    >>> from bandit.settings import MemorySettings
    >>> known = KnownLabelers(MemorySettings(max_labelers=2))
    >>> for position, key in enumerate(["ann", "bob", "ann", "cid"]):
    ...     _ = known.seen(key, 0.0, position)
    >>> list(known.records())
    ['ann', 'cid']
    """

    def __init__(
        self,
        memory: MemorySettings,
        records: Mapping[str, TrackRecord] | None = None,
        day: int | None = None,
        day_began: int = 0,
    ) -> None:
        self.day = day
        self.day_began = day_began
        self._memory = memory
        found = list((records or {}).items())
        if day is None:  # saved by a release that kept no order
            found.sort(key=lambda one: -math.inf if one[1].last_at is None else one[1].last_at)
        self._records = OrderedDict(found)

    def get(self, key: str) -> TrackRecord:
        """Return a record to look at; an empty one if there is none."""
        return self._records.get(key) or TrackRecord()

    def seen(self, key: str, at: float, position: int) -> TrackRecord:
        """Return a record to be changed by the reward `position`, which was written at `at`."""
        self._pass(day_of(at), position)
        record = self._records.get(key)
        if record is None:
            record = self._records[key] = TrackRecord()
        else:
            self._records.move_to_end(key)
        record.seen_day = self.day
        self._forget()
        return record

    def records(self) -> dict[str, TrackRecord]:
        """Return all of them, the last seen last."""
        return dict(self._records)

    def _pass(self, today: int, position: int) -> None:
        if self.day is None:
            self.day, self.day_began = today, position
        elif today > self.day and position - self.day_began >= DAY_REWARDS:
            self.day, self.day_began = self.day + 1, position

    def _forget(self) -> None:
        last = (self.day or 0) - self._memory.labeler_days
        while True:
            key, record = next(iter(self._records.items()))
            if record.seen_day is None:  # nobody noted it: from now on
                record.seen_day = self.day
                self._records.move_to_end(key)
            elif record.seen_day < last or len(self._records) > self._memory.max_labelers:
                del self._records[key]
            else:
                return
