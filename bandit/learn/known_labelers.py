"""Track records of labelers; those idle for long are forgotten.

A labeler who comes back later counts as a new one of the pool, whose own record still includes
their labels. Records are ordered by last use, in memory and when saved.

Rule 1: days are those of the rewards, so that every learner forgets the same labelers.
Rule 2: one wrong clock makes no labeler idle: a day passes only with `DAY_REWARDS` rewards, however
far ahead their times are. With fewer a day there are few labelers too, and they are kept longer.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING

from bandit.days import day_of
from bandit.learn.track_record import TrackRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.settings import MemorySettings

DAY_REWARDS = 1000
"""Least rewards per day: a wrong clock is noticed before its worker has written so many."""


class KnownLabelers:
    """Track records by key, at most `memory.max_labelers` of them.

    Parameters
    ----------
    memory
        How many are remembered, and for how many days.
    records
        Those saved, the last used last; without a day, in any order.
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
        self._records: dict[str, TrackRecord] = dict(records or {})
        if day is None:  # saved by a release that kept no order
            self._records = dict(sorted(self._records.items(), key=lambda item: _last_at(item[1])))
        self.forgotten: list[str] = []

    def get(self, key: str) -> TrackRecord:
        """Return a record to read only; an empty one if there is none."""
        return self._records.get(key) or TrackRecord()

    def seen(self, key: str, at: float, position: int) -> TrackRecord:
        """Return a record to be changed by the reward `position`, which was written at `at`."""
        self._pass(day_of(at), position)
        records = self._ordered()
        record = records.get(key)
        if record is None:
            record = records[key] = TrackRecord()
        else:
            records.move_to_end(key)
        record.seen_day = self.day
        self._forget(records)
        return record

    def records(self) -> dict[str, TrackRecord]:
        """Return all records, the last used last."""
        return dict(self._records)

    def _pass(self, today: int, position: int) -> None:
        if self.day is None:
            self.day, self.day_began = today, position
        elif today > self.day and position - self.day_began >= DAY_REWARDS:
            self.day, self.day_began = self.day + 1, position

    def _ordered(self) -> OrderedDict[str, TrackRecord]:
        """Return the records in an order that can be changed.

        It is made when a record is first changed: who only reads them is spared the time.
        """
        if not isinstance(self._records, OrderedDict):
            self._records = OrderedDict(self._records)
        return self._records

    def _forget(self, records: OrderedDict[str, TrackRecord]) -> None:
        last = (self.day or 0) - self._memory.labeler_days
        while True:
            key, record = next(iter(records.items()))
            if record.seen_day is None:  # of a release that kept no days: counted from now
                record.seen_day = self.day
                records.move_to_end(key)
            elif record.seen_day < last or len(records) > self._memory.max_labelers:
                del records[key]
                self.forgotten.append(key)
            else:
                return


def _last_at(record: TrackRecord) -> float:
    return -math.inf if record.last_at is None else record.last_at
