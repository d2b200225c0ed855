"""The way of a record through the core: decode, receive, and address each output.

Rule: a record that breaks a written rule gives a dead letter, never an exception.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.errors import EventError
from bandit.events import Control, DeadLetter, Pool, Tick
from streams.log.codec import InputDecoder, encode
from streams.log.deadletters import addressed
from streams.log.log import NewRecord
from streams.log.topics import REWARDS, TOPIC_OF, partition_of

if TYPE_CHECKING:
    from bandit.events import Output
    from streams.core import Core
    from streams.log.log import Record
    from streams.worker.timekeeper import Timekeeper


class Intake:
    """Takes records into a core, and counts them.

    Parameters
    ----------
    core
        The engine.
    partitions
        Number of partitions that tasks are spread over.
    time
        Notified of ticks, if our workers write them. One that isn't believed, after a long stop or
        because a clock was set, is then counted and logged; if others write the ticks, it becomes
        a dead letter.
    """

    def __init__(self, core: Core, partitions: int, time: Timekeeper | None = None) -> None:
        self.counters: Counter[str] = Counter()
        self.now: float | None = None  # the time of the last believed tick
        self._core = core
        self._partitions = partitions
        self._time = time if time is not None and time.ticker.has_clock else None
        self._decoder = InputDecoder()

    def outputs(self, record: Record) -> list[NewRecord]:
        """Take in one record; return what follows from it, ready to be written."""
        try:
            event = self._decoder.decode(record.value)
            if TOPIC_OF[type(event)] != record.topic:
                msg = f"type: {type(event).__name__} belongs in {TOPIC_OF[type(event)]}"
                raise EventError("wrong_topic", msg)
        except EventError as error:
            return [self._route(DeadLetter(rule=error.rule, message=str(error)), record)]
        if self._partitions > 1 and not isinstance(event, Tick | Pool | Control):
            right = partition_of(event.task.encode(), self._partitions)
            if right != record.partition:
                self.counters["forwarded"] += 1
                return [NewRecord(record.topic, event.task.encode(), record.value, right)]
        if isinstance(event, Tick):
            outputs = self._tick(event, record)
        else:
            outputs = self._core.receive(event, record.partition)
        return [self._route(output, record) for output in outputs]

    def figures(self) -> dict[str, int]:
        """Counts since the start: of records that went elsewhere, and of what was ignored."""
        return {
            "forwarded": self.counters["forwarded"],
            "late_predictions": self._core.counters["late_prediction"],
            "ignored_fields": self._decoder.ignored.total(),
        }

    def _tick(self, tick: Tick, record: Record) -> list[Output]:
        """Take in a tick, and note whether it was believed; return what is to be written."""
        logged_at = record.logged_at if self._time is not None else None
        answer = self._core.tick(tick, record.partition, logged_at)
        if answer.is_believed:
            self.now = tick.at
        if self._time is None:
            return answer.outputs
        self._time.ticked(record.partition, tick, record.logged_at, answer)
        is_ours = answer.doubt is not None and tick.reset is not True
        return [] if is_ours else answer.outputs

    def _route(self, output: Output, record: Record) -> NewRecord:
        if isinstance(output, DeadLetter):
            return addressed(output, record, self.now)
        topic = TOPIC_OF[type(output)]
        partition = 0 if topic == REWARDS else record.partition
        return NewRecord(topic, output.task.encode(), encode(output), partition)
