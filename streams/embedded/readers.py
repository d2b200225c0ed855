"""Readers and writers of the embedded log: group member, follower and writer."""

from __future__ import annotations

import math
import time
from itertools import chain, islice
from typing import TYPE_CHECKING

from bandit.errors import LogBusy, PastEnd
from streams.embedded.file import one_line_errors, table
from streams.embedded.lock import hold
from streams.log.log import LostRecords, Place, Record, positions_after
from streams.log.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streams.embedded.tables import EmbeddedTables
    from streams.log.log import NewRecord

NAP_S = 0.01
"""Sleep between two reads of a log with nothing new; a read costs some 10 us."""


def wait_for(read_new: Callable[[], list[Record]], timeout_s: float) -> list[Record]:
    """Call `read_new` until it returns records, or until `timeout_s` is over."""
    until = time.monotonic() + timeout_s
    while True:
        records = read_new()
        left = until - time.monotonic()
        if records or left <= 0:
            return records
        time.sleep(min(NAP_S, left))


def read(
    log: EmbeddedTables, topic: str, partition: int, position: int, max_records: int
) -> list[Record]:
    """Return up to `max_records` records from `position` on.

    Raises
    ------
    LogError
        If there are none, and none will come, because the file isn't at its path any more.
    """
    with one_line_errors(log.path):
        rows = log.connection.execute(
            f'SELECT "offset", key, value, {log.values.column(topic)} FROM'
            f' {table(topic, partition)} WHERE "offset" >= ? ORDER BY "offset" LIMIT ?',
            (position, max_records),
        ).fetchall()
        if not rows:
            log.file.check()
        restore = log.values.restore
        return [
            Record(
                topic, partition, offset, key, value if number is None else restore(value, number)
            )
            for offset, key, value, number in rows
        ]


class EmbeddedFollower:
    """A `streams.log.log.Follower` of one partition."""

    def __init__(self, log: EmbeddedTables, topic: str, partition: int, position: int) -> None:
        self._log = log
        self._topic = topic
        self._partition = partition
        self._position = position
        self._lost: list[LostRecords] = []
        begin = log.begin(topic, partition)
        if position > (end := self.end()):
            raise PastEnd(_past_end(log, Place(topic, partition), position, end))
        if position > 0:
            self._skip_to(begin)
        elif not TOPICS[topic].compacted:
            self._position = begin

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Return the next records; an empty list after `timeout_s` without any."""
        records = wait_for(lambda: self._read(max_records), timeout_s)
        if records:
            if self._position > 0:
                self._skip_to(records[0].offset)
            self._position = records[-1].offset + 1
        return records

    @property
    def position(self) -> int:
        """Offset to read on from."""
        return self._position

    def end(self) -> int:
        """Return the end offset: after the last record written."""
        return self._log.end(self._topic, self._partition)

    def lag(self) -> int:
        """Return the number of offsets not read yet."""
        return self.end() - self._position

    def heard_at(self) -> float:
        """Return infinity: a file always answers."""
        return math.inf

    def lost(self) -> list[LostRecords]:
        """Records pruned unread, as noticed since the last call; reading went on after them."""
        lost, self._lost = self._lost, []
        return lost

    def at_end(self) -> bool:
        """Whether everything committed before this call was read."""
        return not self._read(1)

    def close(self) -> None:
        """Stop reading."""

    def _read(self, max_records: int) -> list[Record]:
        return read(self._log, self._topic, self._partition, self._position, max_records)

    def _skip_to(self, first: int) -> None:
        """Go on at `first`, after pruned records; a gap in a compacted topic is no loss."""
        if self._position < first and not TOPICS[self._topic].compacted:
            self._lost.append(
                LostRecords(Place(self._topic, self._partition), self._position, first)
            )
            self._position = first


def _past_end(log: EmbeddedTables, place: Place, position: int, end: int) -> str:
    """Return the error of a reader whose position is after the end."""
    return (
        f"{log.path}: {place.topic}/{place.partition}: ends at offset {end}, but the position to"
        f" read from is {position}: it is of another log, or this one was restored from a backup;"
        f" what to do: read from {end} on (docs/how-to/back-up.md)"
    )


class EmbeddedWriter:
    """The one writer of a name, which a lock file excludes others from."""

    def __init__(self, log: EmbeddedTables, name: str) -> None:
        self._log = log
        self._lock = hold(log.path, name, "writer")

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""
        self._log.write(records)

    def close(self) -> None:
        """Release the name."""
        self._lock.close()


class EmbeddedMember:
    """The only member of a group: it holds every partition of its topics.

    A lock file excludes a second member. If the lock is lost (its file was deleted, say), the older
    member's commits are refused, because every join increments the group's generation.
    """

    def __init__(self, log: EmbeddedTables, group: str, topics: Sequence[str]) -> None:
        self._log = log
        self._group = group
        self._held = frozenset(
            Place(topic, partition)
            for topic in topics
            for partition in range(log.partitions(topic))
        )
        self._places = sorted(self._held)
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
        """Return every partition of the topics."""
        return self._held

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Return the next records, an equal share from each partition.

        Which, and in what order, depends only on the positions and the log, so that the same log is
        always processed in the same way.
        """
        records = wait_for(lambda: self._read(max_records), timeout_s)
        self._next.update(positions_after(records))
        return records

    def keep_alive(self) -> None:
        """Nothing: a lock has no time-out."""

    def lost(self) -> list[LostRecords]:
        """Records pruned unread, as noticed since the last call; reading went on after them."""
        lost, self._lost = self._lost, []
        return lost

    def lag(self) -> dict[Place, int]:
        """Return the lag of each partition held."""
        with one_line_errors(self._log.path):
            return {place: self._log.end(*place) - self._next[place] for place in self._places}

    def heard_at(self) -> float:
        """Return infinity: a file always answers."""
        return math.inf

    def pause(self, places: frozenset[Place]) -> None:
        """Pause `places`, and resume all other partitions held."""
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
                msg = f"{log.path}: group {self._group!r} was taken over by another worker"
                raise LogBusy(msg)
            log.append(outputs)
            log.connection.executemany(
                "INSERT INTO positions VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET position = excluded.position",
                [(self._group, *place, position) for place, position in positions.items()],
            )

    def rewind(self) -> bool:
        """Read on from the committed positions."""
        self.seek({place: self.committed(place) or 0 for place in self._places})
        return True

    def seek(self, positions: Mapping[Place, int]) -> None:
        """Read on from these positions, or from the first records after them."""
        self._lost = [loss for loss in self._lost if loss.place not in positions]
        for place, position in positions.items():
            first = self._log.begin(*place)
            if position < first:
                self._lost.append(LostRecords(place, position, first))
            self._next[place] = max(position, first)

    def committed(self, place: Place) -> int | None:
        """Return the committed position of a partition; `None` if the group has none."""
        with one_line_errors(self._log.path):
            row = self._log.connection.execute(
                "SELECT position FROM positions"
                " WHERE member_of = ? AND topic = ? AND partition = ?",
                (self._group, *place),
            ).fetchone()
        return row[0] if row else None

    def at_end(self) -> bool:
        """Whether every record of the partitions held, except paused ones, was polled."""
        return not self._read(1)

    def close(self) -> None:
        """Leave the group."""
        self._lock.close()

    def _read(self, max_records: int) -> list[Record]:
        places = [place for place in self._places if place not in self._paused]
        if not places:
            return []
        # The first partition changes with the positions, so that none starves if few fit.
        first = sum(self._next.values()) % len(places)
        places = places[first:] + places[:first]
        share = max(1, max_records // len(places))
        records = {place: self._from(place, 0, share) for place in places}
        room = max_records - sum(map(len, records.values()))
        for place in places:
            if room > 0 and len(records[place]) == share:
                more = self._from(place, share, room)
                records[place] += more
                room -= len(more)
        return list(islice(chain.from_iterable(records.values()), max_records))

    def _from(self, place: Place, skip: int, max_records: int) -> list[Record]:
        return read(self._log, *place, self._next[place] + skip, max_records)

    def _newest_generation(self) -> int:
        row = self._log.connection.execute(
            "SELECT generation FROM members WHERE member_of = ?", (self._group,)
        ).fetchone()
        return int(row[0])
