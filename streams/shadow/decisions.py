"""The logged decisions of all partitions, in the order of the model that made them.

A shadow learns as it reads, so it compares a decision when its model has learned as much as the
model that made it: decisions are merged by that position, in the order of each partition. Positions
of a test arm's own brain say nothing of that model: such decisions come with the one before them.
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
from streams.shadow.case import OWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streams.log.log import Log, Record

BATCH = 1000
POLL_S = 0.2
"""How soon a request to stop is noticed while an open transaction hides records."""


class LoggedDecision(NamedTuple):
    """A decision, its place in the log, and what the shared model had learned by then."""

    partition: int
    offset: int
    decision: Decision
    position: int


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

    def so_far(self, stop: Callable[[], bool]) -> Iterator[LoggedDecision]:
        """Yield the decisions committed before this call, or fewer if `stop` returns true.

        A generator that was left early cannot be continued.
        """
        ends = [partition.reader.end() for partition in self._partitions]
        parts = [
            self._decoded(partition.up_to(end, stop))
            for partition, end in zip(self._partitions, ends, strict=True)
        ]
        yield from heapq.merge(*parts, key=lambda logged: logged.position)
        for partition in self._partitions:
            for loss in partition.reader.lost():
                self.deleted += loss.end - loss.first
                structlog.get_logger().error(
                    "decisions_lost",
                    partition=loss.place.partition,
                    first=loss.first,
                    end=loss.end,
                    why="deleted before they were compared",
                )

    def wait(self, timeout_s: float) -> None:
        """Wait `timeout_s`, or less if the first partition has a new decision."""
        self._partitions[0].fill(timeout_s)

    def lag(self) -> dict[Place, int]:
        """Offsets not compared yet, by partition, as of the log's last answer."""
        return {part.place: part.reader.lag() + len(part.waiting) for part in self._partitions}

    def heard_at(self) -> float:
        """When the log last answered, on the monotonic clock; any thread may ask."""
        return max(partition.reader.heard_at() for partition in self._partitions)

    def close(self) -> None:
        """Stop reading."""
        for partition in self._partitions:
            partition.reader.close()

    def _decoded(self, records: Iterator[Record]) -> Iterator[LoggedDecision]:
        decode = msgspec.json.Decoder(Decision).decode
        position = 0
        for record in records:
            try:
                decision = decode(record.value or b"")
            except (ValueError, RecursionError):  # written by another program
                self.unreadable += 1
                continue
            if decision.v == VERSION:
                if decision.brain != OWN:
                    position = decision.brain_position
                yield LoggedDecision(record.partition, record.offset, decision, position)
            else:
                self.unreadable += 1


class _Partition:
    """A partition, read up to a given offset."""

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
    """Return the end offset of each partition of `topic`."""
    offsets = {}
    for number in range(log.partitions(topic)):
        reader = log.follow(topic, number)
        offsets[number] = reader.end()
        reader.close()
    return offsets
