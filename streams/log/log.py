"""The Log: what a log of events must be able to do, whether it is SQLite or Kafka.

Three ways to read: *shared* (partitions are given and taken, positions are committed with the
outputs), *whole* (from the start, then followed) and *from a position*. One way to write: records
and consumed positions in one transaction. A position is the offset of the next record to read.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bandit.errors import CommitUnknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

SILENT_S = 60.0
"""Longest wait for the next record that is there: longer than an open transaction may hide it."""


class Place(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Record(NamedTuple):
    """A record as it was read; `value` is `None` where a compacted key was deleted.

    `logged_at` is when the log took it, by its own clock, in UTC seconds; `None` if it has none.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    logged_at: float | None = None


def behind(records: Iterable[Record]) -> dict[Place, int]:
    """Where to read on behind `records`, which are in the order of their offsets.

    Examples
    --------
    >>> behind([Record("tasks", 0, 6, None, None), Record("tasks", 0, 7, None, None)])
    {Place(topic='tasks', partition=0): 8}
    """
    positions = {(record.topic, record.partition): record.offset + 1 for record in records}
    return {Place(*place): position for place, position in positions.items()}


class NewRecord(NamedTuple):
    """A record to be written; without a partition, the key decides (murmur2, as Kafka's)."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int | None = None


class LostRecords(NamedTuple):
    """Records that were deleted before they were read: from `first` up to, not with, `end`."""

    place: Place
    first: int
    end: int


class GroupMember(Protocol):
    """A reader of shared topics, one of a group: what it holds, no other member holds."""

    def held(self) -> frozenset[Place]:
        """Partitions held now; may change at `poll`, and be none between `rewind` and it."""

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Read on behind what was polled; an empty list after `timeout_s` without a record.

        Raises
        ------
        LogBusy
            If another member has this one's identity now: stop.
        """

    def keep_alive(self) -> None:
        """Stay a member while something else than reading takes long; call it every few seconds."""

    def lost(self) -> list[LostRecords]:
        """What was deleted unread, as noticed since the last call; reading went on behind it."""

    def lag(self) -> dict[Place, int]:
        """How many records stand unread behind those polled, by partition held, as last heard."""

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask.

        Infinity for a log that always answers.
        """

    def pause(self, places: frozenset[Place]) -> None:
        """Read nothing from `places`, and from all others held again."""

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        """Write `outputs` and `positions` in one transaction.

        A position may be one of a partition that isn't held: it is remembered for the group.

        Raises
        ------
        RecordTooLarge
            If the log can't take one of the outputs; nothing was written.
        CommitUnknown
            If it was refused, or it can't be known whether it happened: call `rewind`, restore
            what is held, go on.
        LogBusy
            If another member has taken over what this one held: stop.
        """

    def rewind(self) -> bool:
        """Forget what was polled and not committed: read on from the committed positions.

        Nothing that was begun before can be committed afterwards. The answer says whether all that
        was held is held still and was nobody else's meanwhile, as far as this member has heard.

        Raises
        ------
        CommitUnknown
            If they can't be read now: try again.
        """

    def seek(self, positions: Mapping[Place, int]) -> None:
        """Read on from these positions; what was polled of these partitions is to be dropped.

        Raises
        ------
        CommitUnknown
            If it can't be known now what there is to be read: try again.
        """

    def committed(self, place: Place) -> int | None:
        """The committed position of a partition, held or not; `None` if the group has none."""

    def at_end(self) -> bool:
        """Whether everything committed to the held partitions, paused ones aside, was polled."""

    def close(self) -> None:
        """Give everything back; nothing uncommitted is kept."""


class Follower(Protocol):
    """A reader of one partition, outside any group; it commits nothing."""

    @property
    def position(self) -> int:
        """Offset to read on from."""

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Read on; an empty list after `timeout_s` without a record.

        Sooner where only marks of transactions were passed over, which have offsets too.
        """

    def end(self) -> int:
        """Offset behind the last record written, whether it is known to be committed or not.

        Once `position` has reached it, all that was committed before this was asked was read.
        """

    def lag(self) -> int:
        """How many offsets stand unread, as last heard; the log isn't asked. 0 until it was."""

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask.

        Infinity for a log that always answers.
        """

    def lost(self) -> list[LostRecords]:
        """What was deleted unread, as noticed since the last call; reading went on behind it."""

    def at_end(self) -> bool:
        """Whether everything that was committed when this is asked has been read."""

    def close(self) -> None:
        """Stop reading."""


class Writer(Protocol):
    """The one writer of a name."""

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction.

        Raises
        ------
        CommitUnknown
            If it can't be known whether it happened.
        LogBusy
            If somebody else is the writer of the name now: stop.
        """

    def close(self) -> None:
        """Let somebody else be it."""


class Log(Protocol):
    """A log of records in topics and partitions."""

    def partitions(self, topic: str) -> int:
        """How many partitions `topic` has."""

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""

    def writer(self, name: str) -> Writer:
        """Be the one writer of `name`.

        Raises
        ------
        LogBusy
            If the log notices that somebody else is; otherwise, they are told at their next write.
        """

    def shared(self, group: str, topics: Sequence[str]) -> GroupMember:
        """Join `group` as a reader of `topics`.

        Raises
        ------
        LogBusy
            If the log allows one member and there is one.
        """

    def follow(self, topic: str, partition: int = 0, position: int = 0) -> Follower:
        """Read one partition from `position` on."""

    def close(self) -> None:
        """Close; readers are closed first."""


def read_to_end(
    reader: Follower, batch_records: int, keep_alive: Callable[[], None] = lambda: None
) -> Iterator[list[Record]]:
    """Yield all that was committed when this began; `keep_alive` is called first, and between.

    Raises
    ------
    CommitUnknown
        If nothing more could be read for `SILENT_S`.
    """
    keep_alive()  # making the reader may have taken long
    end, heard_at = reader.end(), time.monotonic()
    before = reader.position
    while reader.position < end:
        records = reader.poll(batch_records, 1.0)
        if records:
            yield records
        keep_alive()
        if reader.position != before:
            before, heard_at = reader.position, time.monotonic()
        elif time.monotonic() - heard_at > SILENT_S:
            msg = f"nothing could be read for {SILENT_S:g} s, {end - before} offsets before the end"
            raise CommitUnknown(msg)
