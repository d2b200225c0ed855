"""Protocols of a log of events, implemented on SQLite and on Kafka.

Two kinds of readers: a *group member* (partitions are assigned and revoked, positions are committed
with the outputs) and a *follower* (one partition, from a position). Writes are transactions of
records and consumed positions. A position is the offset of the next record to read.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from bandit.errors import CommitUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

SILENT_S = 60.0
"""Longest wait for the next existing record: longer than an open transaction can hide it."""


class Place(NamedTuple):
    """A partition of a topic (TopicPartition in Kafka)."""

    topic: str
    partition: int


class Record(NamedTuple):
    """A record that was read; a `value` of `None` is a tombstone.

    `logged_at` is the log append time in UTC seconds; `None` if the log or topic has none.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    logged_at: float | None = None


def positions_after(records: Iterable[Record]) -> dict[Place, int]:
    """Return the positions after `records`, which are in the order of their offsets.

    Examples
    --------
    >>> positions_after([Record("tasks", 0, 6, None, None), Record("tasks", 0, 7, None, None)])
    {Place(topic='tasks', partition=0): 8}
    """
    positions = {(record.topic, record.partition): record.offset + 1 for record in records}
    return {Place(*place): position for place, position in positions.items()}


class NewRecord(msgspec.Struct, frozen=True, gc=False):
    """A record to write; without a partition, the key's hash decides (murmur2, as in Kafka)."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None


class LostRecords(NamedTuple):
    """Records deleted before they were read: offsets from `first` up to, but without, `end`."""

    place: Place
    first: int
    end: int


class GroupMember(Protocol):
    """A member of a consumer group: no other member holds the partitions that it holds."""

    def held(self) -> frozenset[Place]:
        """The assignment: it changes only at `poll`, and may be empty between `rewind` and that."""

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Return the next records; an empty list after `timeout_s` without any.

        Raises
        ------
        LogBusy
            If a newer member has this one's instance name: stop.
        """

    def keep_alive(self) -> None:
        """Stay in the group while other work takes long; call it every few seconds."""

    def lost(self) -> list[LostRecords]:
        """Records deleted unread, as noticed since the last call; reading went on after them."""

    def lag(self) -> dict[Place, int]:
        """Consumer lag of each partition held, as of the last fetch."""

    def heard_at(self) -> float:
        """Time of the log's last response on the monotonic clock; safe from any thread.

        Infinity for a log that always answers.
        """

    def pause(self, places: frozenset[Place]) -> None:
        """Pause `places`, and resume all other partitions held; from the next poll on."""

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        """Write `outputs` and `positions` in one transaction.

        A position may be of a partition that isn't held: it is stored for the group.

        Raises
        ------
        RecordTooLarge
            If an output is larger than the log takes; nothing was written.
        CommitUnknown
            If it was refused, or its outcome is unknown: call `rewind`, restore the desks of the
            partitions held, go on.
        LogBusy
            If a newer member has taken over this one's partitions: stop.
        """

    def rewind(self) -> bool:
        """Read on from the committed positions; what was polled and not committed is read again.

        No transaction begun before can be committed afterwards. Returns whether the assignment is
        the same, and no other member had any of it meanwhile, as far as this member knows.

        Raises
        ------
        CommitUnknown
            If the committed positions can't be read now: try again.
        """

    def seek(self, positions: Mapping[Place, int]) -> None:
        """Read on from these positions; records polled from these partitions must be dropped.

        Raises
        ------
        CommitUnknown
            If the log does not answer now: try again.
        """

    def committed(self, place: Place) -> int | None:
        """The committed position of a partition, held or not; `None` if the group has none."""

    def at_end(self) -> bool:
        """Whether every record committed to the partitions held, except paused ones, was polled."""

    def close(self) -> None:
        """Leave the group; what is not committed is dropped."""


class Follower(Protocol):
    """A reader of one partition, outside any group; it commits no positions."""

    @property
    def position(self) -> int:
        """Offset to read on from."""

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Return the next records; an empty list after `timeout_s` without any.

        Also sooner, if only transaction markers were read, which have offsets too.
        """

    def end(self) -> int:
        """End offset: after the last record written, committed or not.

        Once `position` has reached it, everything committed before this call was read.
        """

    def lag(self) -> int:
        """Lag in offsets as of the last fetch, without a request; 0 before the first."""

    def heard_at(self) -> float:
        """Time of the log's last response on the monotonic clock; safe from any thread.

        Infinity for a log that always answers.
        """

    def lost(self) -> list[LostRecords]:
        """Records deleted unread, as noticed since the last call; reading went on after them."""

    def at_end(self) -> bool:
        """Whether everything committed before this call was read."""

    def close(self) -> None:
        """Stop reading."""


class Writer(Protocol):
    """The one writer of a name."""

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction.

        Raises
        ------
        CommitUnknown
            If the outcome is unknown.
        LogBusy
            If another writer has the name now: stop.
        """

    def close(self) -> None:
        """Release the name."""


class Log(Protocol):
    """A log of records in topics and partitions."""

    def partitions(self, topic: str) -> int:
        """How many partitions `topic` has."""

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""

    def writer(self, name: str) -> Writer:
        """Become the one writer of `name`; an earlier one gets `LogBusy` at its next write.

        Raises
        ------
        LogBusy
            If the log knows that another writer has the name.
        """

    def shared(self, group: str, topics: Sequence[str]) -> GroupMember:
        """Join the consumer group `group` as a reader of `topics`.

        Raises
        ------
        LogBusy
            If the log allows one member and the group has one.
        """

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> Follower:
        """Read one partition from `position` on."""

    def close(self) -> None:
        """Close all readers and writers, then the log."""


def read_to_end(
    reader: Follower, batch_records: int, keep_alive: Callable[[], None] = lambda: None
) -> Iterator[list[Record]]:
    """Yield all records committed before this call; `keep_alive` is called before and in between.

    Raises
    ------
    CommitUnknown
        If no record could be read for `SILENT_S`.
    """
    keep_alive()  # opening the reader may have taken long
    end, progress_at = reader.end(), time.monotonic()
    before = reader.position
    while reader.position < end:
        records = reader.poll(batch_records, 1.0)
        if records:
            yield records
        keep_alive()
        if reader.position != before:
            before, progress_at = reader.position, time.monotonic()
        elif time.monotonic() - progress_at > SILENT_S:
            msg = (
                f"no record could be read for {SILENT_S:g} s, {end - before:,} offsets before the"
                " end of the partition: an open transaction, or a broker that does not answer"
            )
            raise CommitUnknown(msg)
