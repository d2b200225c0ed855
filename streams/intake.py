"""From a record to what it gives: decode, receive, and where each output goes.

Rule: a record that breaks a written rule gives a dead letter, never an exception.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.errors import EventError
from bandit.events import DeadLetter, Pool, Tick
from streams.codec import InputDecoder, encode
from streams.deadletters import addressed
from streams.log import NewRecord
from streams.topics import REWARDS, TOPIC_OF, partition_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Output
    from streams.core import Core
    from streams.log import Record


class Intake:
    """Takes records into a core; counts what comes of them."""

    def __init__(self, core: Core, partitions: int) -> None:
        self.counters: Counter[str] = Counter()
        self.now: float | None = None  # what the last tick said
        self.not_believed: set[int] = set()  # partitions whose last tick was too far ahead
        self._core = core
        self._partitions = partitions
        self._decoder = InputDecoder()

    def outputs(self, record: Record) -> list[NewRecord]:
        """Take in one record; what comes of it, ready to be written."""
        try:
            event = self._decoder.decode(record.value)
            if TOPIC_OF[type(event)] != record.topic:
                msg = f"type: {type(event).__name__} belongs in {TOPIC_OF[type(event)]}"
                raise EventError("wrong_topic", msg)
        except EventError as error:
            return [self._route(DeadLetter(rule=error.rule, message=str(error)), record)]
        if isinstance(event, Tick):
            self.now = event.at
        elif self._partitions > 1 and not isinstance(event, Pool):
            right = partition_of(event.task.encode(), self._partitions)
            if right != record.partition:
                self.counters["forwarded"] += 1
                return [NewRecord(record.topic, event.task.encode(), record.value, right)]
        received = self._core.receive(event, record.partition)
        if isinstance(event, Tick):
            self._note_belief(received, record.partition)
        return [self._route(output, record) for output in received]

    def ignored_fields(self) -> Counter[str]:
        """Fields that events haven't, by type of event."""
        return self._decoder.ignored

    def _note_belief(self, received: Sequence[Output], partition: int) -> None:
        """Note whether a tick was refused as too far ahead: it is believed when more have come."""
        if any(isinstance(one, DeadLetter) and one.rule == "tick_ahead" for one in received):
            self.not_believed.add(partition)
        else:
            self.not_believed.discard(partition)

    def _route(self, output: Output, record: Record) -> NewRecord:
        if isinstance(output, DeadLetter):
            return addressed(output, record, self.now)
        topic = TOPIC_OF[type(output)]
        partition = 0 if topic == REWARDS else record.partition
        return NewRecord(topic, output.task.encode(), encode(output), partition)
