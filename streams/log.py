"""The Log: what a log of events must be able to do, whether it is SQLite or Kafka.

Three ways to read: *shared* (partitions are given and taken, positions are committed with the
outputs), *whole* (from the start, then followed) and *from a position*. One way to write: records
and consumed positions in one transaction. A position is the offset of the next record to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Place(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Record(NamedTuple):
    """A record as it was read; `value` is `None` where a compacted key was deleted."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


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


class Shared(Protocol):
    """A reader of shared topics, one of a group: what it holds, no other member holds."""

    def held(self) -> frozenset[Place]:
        """Partitions held now; may change at `poll` only."""

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Read on behind what was polled; an empty list after `timeout_s` without a record."""

    def pause(self, places: frozenset[Place]) -> None:
        """Read nothing from `places`, and from all others held again."""

    def commit(self, outputs: Sequence[NewRecord], positions: Mapping[Place, int]) -> None:
        """Write `outputs` and `positions` in one transaction.

        A position may be one of a partition that isn't held: it is remembered for the group.

        Raises
        ------
        CommitUnknown
            If it can't be known whether it happened: call `rewind`, restore, go on.
        LogBusy
            If another member has taken over what this one held: stop.
        """

    def rewind(self) -> None:
        """Forget what was polled and not committed: read on from the committed positions."""

    def committed(self, place: Place) -> int:
        """The committed position of a partition, held or not; 0 at first."""

    def at_end(self) -> bool:
        """Whether everything committed to the held partitions, paused ones aside, was polled."""

    def close(self) -> None:
        """Give everything back; nothing uncommitted is kept."""


class Follower(Protocol):
    """A reader of one partition, outside any group; it commits nothing."""

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        """Read on; an empty list after `timeout_s` without a record."""

    def at_end(self) -> bool:
        """Whether everything that was committed when this is asked has been read."""

    def close(self) -> None:
        """Stop reading."""


class Log(Protocol):
    """A log of records in topics and partitions."""

    def partitions(self, topic: str) -> int:
        """How many partitions `topic` has."""

    def write(self, records: Sequence[NewRecord]) -> None:
        """Write records in one transaction."""

    def shared(self, group: str, topics: Sequence[str]) -> Shared:
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
