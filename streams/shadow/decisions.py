"""The decisions that were made, of all partitions, in the order of what was known when.

A shadow learns as it goes on, so it looks at a decision when it knows what the decider knew: those
of all partitions are merged by the brain's position, each partition's own order kept.
"""

from __future__ import annotations

import heapq
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import structlog

from bandit.events import Decision
from streams.log.codec import VERSION
from streams.log.log import Place
from streams.log.topics import DECISIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streams.log.log import Log, Record

BATCH = 1000
POLL_S = 0.2
"""How soon a request to stop is seen while a transaction hides what is there."""


class Found(NamedTuple):
    """A decision, and where it stands."""

    partition: int
    offset: int
    decision: Decision


class Decisions:
    """Reads the decisions of a log.

    Parameters
    ----------
    log
        The log.
    positions
        Where to begin, by partition; the others begin at the beginning.
    """

    def __init__(self, log: Log, positions: Mapping[int, int]) -> None:
        self.unreadable = 0
        self.deleted = 0
        self._partitions = [
            _Partition(log, number, positions.get(number, 0))
            for number in range(log.partitions(DECISIONS))
        ]

    def so_far(self, stop: Callable[[], bool]) -> Iterator[Found]:
        """Yield what was committed before this was asked, or less of it if `stop` says so.

        Whoever leaves it early can't go on.
        """
        ends = [one.reader.end() for one in self._partitions]
        parts = [
            self._decoded(one.up_to(end, stop))
            for one, end in zip(self._partitions, ends, strict=True)
        ]
        yield from heapq.merge(*parts, key=lambda found: found.decision.brain_position)
        for one in self._partitions:
            for loss in one.reader.lost():
                self.deleted += loss.end - loss.first
                structlog.get_logger().error(
                    "decisions_lost",
                    partition=loss.place.partition,
                    first=loss.first,
                    end=loss.end,
                    why="deleted before they were looked at",
                )

    def wait(self, timeout_s: float) -> None:
        """Wait `timeout_s`, or less if there is one more in the first partition."""
        self._partitions[0].fill(timeout_s)

    def lag(self) -> dict[Place, int]:
        """How many offsets are not looked at yet, by partition, as last heard."""
        return {one.place: one.reader.lag() + len(one.waiting) for one in self._partitions}

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return max(one.reader.heard_at() for one in self._partitions)

    def close(self) -> None:
        """Stop reading."""
        for one in self._partitions:
            one.reader.close()

    def _decoded(self, records: Iterator[Record]) -> Iterator[Found]:
        decode = msgspec.json.Decoder(Decision).decode
        for record in records:
            try:
                decision = decode(record.value or b"")
            except (ValueError, RecursionError):  # written by another program
                self.unreadable += 1
                continue
            if decision.v == VERSION:
                yield Found(record.partition, record.offset, decision)
            else:
                self.unreadable += 1


class _Partition:
    """One partition, read up to where it is told."""

    def __init__(self, log: Log, number: int, position: int) -> None:
        self.place = Place(DECISIONS, number)
        self.reader = log.follow(DECISIONS, number, position)
        self.waiting: deque[Record] = deque()

    def fill(self, timeout_s: float) -> None:
        self.waiting.extend(self.reader.poll(BATCH, timeout_s))

    def up_to(self, end: int, stop: Callable[[], bool]) -> Iterator[Record]:
        """Yield the records before `end`; what was read beyond waits for the next time."""
        while not stop():
            while self.waiting and self.waiting[0].offset < end:
                yield self.waiting.popleft()
            if self.waiting or self.reader.position >= end:
                return
            self.fill(POLL_S)


def ends(log: Log, topic: str) -> dict[int, int]:
    """Return where each partition of `topic` ends now."""
    found = {}
    for number in range(log.partitions(topic)):
        reader = log.follow(topic, number)
        found[number] = reader.end()
        reader.close()
    return found
