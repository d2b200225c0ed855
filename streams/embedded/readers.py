"""The two readers of the embedded log: the worker's, alone in its group, and the follower's."""

from __future__ import annotations

import math
import time
from itertools import chain, islice
from typing import TYPE_CHECKING

from bandit.errors import LogBusy
from streams.embedded.file import one_line_errors, table
from streams.embedded.lock import hold
from streams.log.log import LostRecords, Place, Record, behind
from streams.log.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.embedded.tables import EmbeddedTables
    from streams.log.log import NewRecord

NAP_S = 0.01
"""How long to sleep between looks at a log with nothing new; a look costs some 10 us."""


def wait_for(look: Callable[[], list[Record]], timeout_s: float) -> list[Record]:
    """Look until there is something, or `timeout_s` is over."""
    until = time.monotonic() + timeout_s
    while True:
        found = look()
        left = until - time.monotonic()
        if found or left <= 0:
            return found
        time.sleep(min(NAP_S, left))


def read(
    log: EmbeddedTables, topic: str, partition: int, position: int, max_records: int
) -> list[Record]:
    """Read up to `max_records` from `position` on."""
    with one_line_errors(log.path):
        rows = log.connection.execute(
            f'SELECT "offset", key, value, {log.values.column(topic)} FROM'
            f' {table(topic, partition)} WHERE "offset" >= ? ORDER BY "offset" LIMIT ?',
            (position, max_records),
        ).fetchall()
        restore = log.values.restore
        return [
            Record(
                topic, partition, offset, key, value if number is None else restore(value, number)
            )
            for offset, key, value, number in rows
        ]


class EmbeddedFollower:
    """A reader of one partition."""

    def __init__(self, log: EmbeddedTables, topic: str, partition: int, position: int) -> None:
        self._log = log
        self._topic = topic
        self._partition = partition
        self._position = position
        self._lost: list[LostRecords] = []
        begin = log.begin(topic, partition)
        if position > 0:
            self._pass_over(begin)
        elif not TOPICS[topic].compacted:
            self._position = begin

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Read on; an empty list after `timeout_s` without a record."""
        records = wait_for(lambda: self._read(max_records), timeout_s)
        if records:
            if self._position > 0:
                self._pass_over(records[0].offset)
            self._position = records[-1].offset + 1
        return records

    @property
    def position(self) -> int:
        """Offset to read on from."""
        return self._position

    def end(self) -> int:
        """Offset behind the last record written."""
        return self._log.end(self._topic, self._partition)

    def lag(self) -> int:
        """How many offsets stand unread."""
        return self.end() - self._position

    def heard_at(self) -> float:
        """Say that there is no waiting for a file."""
        return math.inf

    def lost(self) -> list[LostRecords]:
        """What was pruned unread, as noticed since the last call; reading went on behind it."""
        lost, self._lost = self._lost, []
        return lost

    def at_end(self) -> bool:
        """Whether everything that was committed when this is asked has been read."""
        return not self._read(1)

    def close(self) -> None:
        """Stop reading."""

    def _read(self, max_records: int) -> list[Record]:
        return read(self._log, self._topic, self._partition, self._position, max_records)

    def _pass_over(self, first: int) -> None:
        """Go on at `first`, behind what was pruned; offsets of compacted topics may have gaps."""
        if self._position < first and not TOPICS[self._topic].compacted:
            self._lost.append(
                LostRecords(Place(self._topic, self._partition), self._position, first)
            )
            self._position = first


class EmbeddedWriter:
    """The one writer of a name: a lock beside the file keeps a second one out."""

    def __init__(self, log: EmbeddedTables, name: str) -> None:
        self._log = log
        self._lock = hold(log.path, name, "writer")

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""
        self._log.write(records)

    def close(self) -> None:
        """Let somebody else be it."""
        self._lock.close()


class EmbeddedMember:
    """The one worker of a group; it holds every partition of its topics.

    A lock beside the file keeps a second worker out. Should the lock be lost all the same (its
    file deleted, say), the generation, counted up by everyone who joins, refuses the older one.
    """

    def __init__(self, log: EmbeddedTables, group: str, topics: Sequence[str]) -> None:
        self._log = log
        self._group = group
        self._held = frozenset(
            Place(topic, partition)
            for topic in topics
            for partition in range(log.partitions(topic))
        )
        self._order = sorted(self._held)
        self._paused: frozenset[Place] = frozenset()
        self._lock = hold(log.path, group)
        with log.transaction():
            log.connection.execute(
                "INSERT INTO members VALUES (?, 1)"
                " ON CONFLICT DO UPDATE SET generation = generation + 1",
                (group,),
            )
            self._generation = self._newest_generation()
        self._next: dict[Place, int] = {}
        self._lost: list[LostRecords] = []
        self.rewind()

    def held(self) -> frozenset[Place]:
        """Every partition of the topics."""
        return self._held

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Read on behind what was polled, a fair share from each partition.

        What is read, and in what order, depends on the positions and the log alone, so that the
        same log is worked through in the same way.
        """
        records = wait_for(lambda: self._read(max_records), timeout_s)
        self._next.update(behind(records))
        return records

    def keep_alive(self) -> None:
        """Nothing is needed: a lock doesn't run out."""

    def lost(self) -> list[LostRecords]:
        """What was pruned unread, as noticed since the last call; reading went on behind it."""
        lost, self._lost = self._lost, []
        return lost

    def lag(self) -> dict[Place, int]:
        """How many records stand unread behind those polled, by partition held."""
        with one_line_errors(self._log.path):
            return {place: self._log.end(*place) - self._next[place] for place in self._order}

    def heard_at(self) -> float:
        """Say that there is no waiting for a file."""
        return math.inf

    def pause(self, places: frozenset[Place]) -> None:
        """Read nothing from `places`, and from all others held again."""
        self._paused = places & self._held

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        """Write `outputs` and `positions` in one transaction.

        Raises
        ------
        CommitUnknown
            If the commit itself failed.
        LogBusy
            If another worker has joined the group since.
        """
        log = self._log
        with log.transaction():
            if self._newest_generation() != self._generation:
                msg = f"{log.path}: another worker has taken over group {self._group!r}"
                raise LogBusy(msg)
            log.append(outputs)
            log.connection.executemany(
                "INSERT INTO positions VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET position = excluded.position",
                [(self._group, *place, position) for place, position in positions.items()],
            )

    def rewind(self) -> bool:
        """Forget what was polled and not committed."""
        self.seek({place: self.committed(place) or 0 for place in self._order})
        return True

    def seek(self, positions: Mapping[Place, int]) -> None:
        """Read on from these positions, or from the first records there are."""
        self._lost = [one for one in self._lost if one.place not in positions]
        for place, position in positions.items():
            first = self._log.begin(*place)
            if position < first:
                self._lost.append(LostRecords(place, position, first))
            self._next[place] = max(position, first)

    def committed(self, place: Place) -> int | None:
        """The committed position of a partition, held or not; `None` if the group has none."""
        with one_line_errors(self._log.path):
            row = self._log.connection.execute(
                "SELECT position FROM positions"
                " WHERE member_of = ? AND topic = ? AND partition = ?",
                (self._group, *place),
            ).fetchone()
        return row[0] if row else None

    def at_end(self) -> bool:
        """Whether everything committed to the held partitions, paused ones aside, was polled."""
        return not self._read(1)

    def close(self) -> None:
        """Let the next worker in."""
        self._lock.close()

    def _read(self, max_records: int) -> list[Record]:
        places = [place for place in self._order if place not in self._paused]
        if not places:
            return []
        # Where to begin moves on with the positions, so that nobody starves when records are few.
        first = sum(self._next.values()) % len(places)
        places = places[first:] + places[:first]
        share = max(1, max_records // len(places))
        found = {place: self._from(place, 0, share) for place in places}
        left = max_records - sum(map(len, found.values()))
        for place in places:
            if left > 0 and len(found[place]) == share:
                more = self._from(place, share, left)
                found[place] += more
                left -= len(more)
        return list(islice(chain.from_iterable(found.values()), max_records))

    def _from(self, place: Place, skip: int, max_records: int) -> list[Record]:
        return read(self._log, *place, self._next[place] + skip, max_records)

    def _newest_generation(self) -> int:
        row = self._log.connection.execute(
            "SELECT generation FROM members WHERE member_of = ?", (self._group,)
        ).fetchone()
        return int(row[0])
