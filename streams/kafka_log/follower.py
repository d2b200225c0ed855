"""The reader of one partition of a topic in Kafka, outside any group."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from bandit.errors import CommitUnknown
from streams.kafka_log.connecting.connection import unreadable
from streams.kafka_log.last_response import LastResponse, lag
from streams.kafka_log.topic_watch import recreated_error
from streams.log.log import LostRecords, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kafka.consumer.fetcher import ConsumerRecord

    from streams.log.log import Place

SLICE_S = 0.02
"""How often a poll looks whether it has passed over marks of transactions: they are no records."""

READING = {
    "enable_auto_commit": False,
    "isolation_level": "read_committed",
    "auto_offset_reset": "none",
    "allow_auto_create_topics": False,
    "fetch_max_wait_ms": 100,
    "fetch_max_bytes": 16 * 1024 * 1024,
    "max_partition_fetch_bytes": 512 * 1024,
    "metrics_enabled": False,
}
"""What all our readers are told: what is committed, from where we say, in bounded memory."""

SHARING = READING | {"max_partition_fetch_bytes": 128 * 1024}
"""What readers of several partitions are told: a fetch of one is read to its end before another's
turn, and compressed it holds ten times as much."""

LOG_APPEND_TIME = 1
"""The type of a timestamp that the broker set; any other was set by whoever sent the record."""


def logged_at(record: ConsumerRecord) -> float | None:
    """When the broker took a record, by its own clock, if the topic says that."""
    if record.timestamp_type != LOG_APPEND_TIME:
        return None
    return float(record.timestamp) / 1000.0


class KafkaFollower:
    """Reads one partition from `position` on."""

    def __init__(
        self,
        connect: Mapping[str, Any],
        place: Place,
        on_broker: TopicPartition,
        position: int,
        ends: Callable[[list[TopicPartition]], Mapping[TopicPartition, int]],
        look: Callable[[], None],
    ) -> None:
        self._place = place
        self._on_broker = on_broker
        self._ends = ends
        self._look = look  # raises if the topic was deleted
        self._lost: list[LostRecords] = []
        self._position = position
        self.closed = False
        self._consumer = KafkaConsumer(**connect, **READING)
        self._hearing = LastResponse(self._consumer)
        try:
            self._consumer.assign([on_broker])
            self._seek(position)
        except BaseException:
            self.close()
            raise

    @property
    def position(self) -> int:
        """Offset of the next record that will be read."""
        return self._position

    def poll(self, max_records: int, timeout_s: float) -> list[Record]:
        until = time.monotonic() + timeout_s
        while True:
            left = until - time.monotonic()
            found = self._poll(max_records, max(0.0, min(left, SLICE_S)))
            before, self._position = self._position, self._now()
            if found or left <= 0 or self._position != before:
                break
        if not found:
            self._look()
        return found

    def at_end(self) -> bool:
        return self._position >= self.end()

    def end(self) -> int:
        return self._ends([self._on_broker])[self._on_broker]

    def lag(self) -> int:
        return lag(self._consumer, self._on_broker) or 0

    def heard_at(self) -> float:
        return self._hearing.heard_at()

    def lost(self) -> list[LostRecords]:
        lost, self._lost = self._lost, []
        return lost

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._consumer.close(timeout_ms=1000)

    def _poll(self, max_records: int, timeout_s: float) -> list[Record]:
        try:
            polled = self._consumer.poll(int(timeout_s * 1000), max_records=max_records)
        except kafka_errors.OffsetOutOfRangeError:
            self._skip_deleted()
            return []
        except kafka_errors.RetriableError:
            return []
        except kafka_errors.KafkaError as error:
            what = f"{self._place.topic}/{self._place.partition}"
            raise unreadable(what, error) from error
        return [
            Record(*self._place, one.offset, one.key, one.value, logged_at(one))
            for records in polled.values()
            for one in records
        ]

    def _now(self) -> int:
        return int(self._consumer.position(self._on_broker) or self._position)

    def _skip_deleted(self) -> None:
        """Go on behind what was deleted before it was read; the next poll tries again."""
        with suppress(kafka_errors.RetriableError, CommitUnknown):
            self._seek(self._position)

    def _seek(self, position: int) -> None:
        """Go to `position`, or to the first record that is still there."""
        first = int(self._consumer.beginning_offsets([self._on_broker])[self._on_broker])
        if position > (end := self.end()):
            raise recreated_error(f"{self._place.topic}/{self._place.partition}", position, end)
        if position < first and position > 0:
            self._lost.append(LostRecords(self._place, position, first))
        self._position = max(position, first)
        self._consumer.seek(self._on_broker, self._position)
