"""From a record to what it gives: decode, receive, and where each output goes.

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


REFUSED_TICKS = ("tick_ahead", "tick_back", "tick_skew")


class Intake:
    """Takes records into a core; counts what comes of them.

    Parameters
    ----------
    core
        Into what.
    partitions
        How many ways tasks are split.
    time
        Told what becomes of ticks, if our workers write them. One that isn't believed, after a long
        stop or because a clock was set, is then counted and told in the logs; from others it is a
        dead letter.
    """

    def __init__(self, core: Core, partitions: int, time: Timekeeper | None = None) -> None:
        self.counters: Counter[str] = Counter()
        self.now: float | None = None  # what the last tick said
        self._core = core
        self._partitions = partitions
        self._time = time if time is not None and time.ticker.ticks else None
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
        if self._partitions > 1 and not isinstance(event, Tick | Pool | Control):
            right = partition_of(event.task.encode(), self._partitions)
            if right != record.partition:
                self.counters["forwarded"] += 1
                return [NewRecord(record.topic, event.task.encode(), record.value, right)]
        logged_at = record.logged_at if self._time is not None else None
        received = self._core.receive(event, record.partition, logged_at)
        if isinstance(event, Tick):
            received = self._ticked(event, received, record)
        return [self._route(output, record) for output in received]

    def ignored_fields(self) -> Counter[str]:
        """Fields that events haven't, by type of event."""
        return self._decoder.ignored

    def _ticked(self, tick: Tick, received: list[Output], record: Record) -> list[Output]:
        """Note whether a tick was believed, and return what came of it."""
        letters = (one for one in received if isinstance(one, DeadLetter))
        refused = next((one for one in letters if one.rule in REFUSED_TICKS), None)
        if refused is None:
            self.now = tick.at
        if self._time is None:
            return received
        self._time.ticked(record.partition, tick, record.logged_at, refused)
        return received if refused is None or tick.reset is True else []

    def _route(self, output: Output, record: Record) -> NewRecord:
        if isinstance(output, DeadLetter):
            return addressed(output, record, self.now)
        topic = TOPIC_OF[type(output)]
        partition = 0 if topic == REWARDS else record.partition
        return NewRecord(topic, output.task.encode(), encode(output), partition)
