"""A consumer of one partition in Kafka, outside any group."""

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
"""How often a poll checks its position: transaction markers move it, and give no record."""

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
"""Settings of all our consumers: committed records, from explicit positions, in bounded memory."""

GROUP_READING = READING | {"max_partition_fetch_bytes": 128 * 1024}
"""Settings of consumers of several partitions: a fetch of one is read to its end before that of the
next, and its records decompress to ten times as much."""

APPEND_TIME_TYPE = 1
"""The type of a timestamp set by the broker; a timestamp of any other type is the producer's."""


def logged_at(record: ConsumerRecord) -> float | None:
    """Time at which the broker appended a record, if its topic has such timestamps; UTC seconds."""
    if record.timestamp_type != APPEND_TIME_TYPE:
        return None
    return float(record.timestamp) / 1000.0


def as_record(place: Place, polled: ConsumerRecord) -> Record:
    """Return a record of kafka-python's as one of ours."""
    return Record(*place, polled.offset, polled.key, polled.value, logged_at(polled))


class KafkaFollower:
    """A `streams.log.log.Follower` of one partition, from `position` on."""

    def __init__(
        self,
        connect: Mapping[str, Any],
        place: Place,
        on_broker: TopicPartition,
        position: int,
        ends: Callable[[list[TopicPartition]], Mapping[TopicPartition, int]],
        check_topic: Callable[[], None],
    ) -> None:
        self._place = place
        self._on_broker = on_broker
        self._ends = ends
        self._check_topic = check_topic  # raises if it was deleted
        self._lost: list[LostRecords] = []
        self._position = position
        self.closed = False
        self._consumer = KafkaConsumer(**connect, **READING)
        self._last_response = LastResponse(self._consumer)
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
            records = self._poll(max_records, max(0.0, min(left, SLICE_S)))
            before, self._position = self._position, self._now()
            if records or left <= 0 or self._position != before:
                break
        if not records:
            self._check_topic()
        return records

    def at_end(self) -> bool:
        return self._position >= self.end()

    def end(self) -> int:
        return self._ends([self._on_broker])[self._on_broker]

    def lag(self) -> int:
        return lag(self._consumer, self._on_broker) or 0

    def heard_at(self) -> float:
        return self._last_response.heard_at()

    def lost(self) -> list[LostRecords]:
        lost, self._lost = self._lost, []
        return lost

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._consumer.close(timeout_ms=1000)

    def _poll(self, max_records: int, timeout_s: float) -> list[Record]:
        try:
            batches = self._consumer.poll(int(timeout_s * 1000), max_records=max_records)
        except kafka_errors.OffsetOutOfRangeError:
            self._skip_deleted()
            return []
        except kafka_errors.RetriableError:
            return []
        except kafka_errors.KafkaError as error:
            raise unreadable(f"{self._place.topic}/{self._place.partition}", error) from error
        return [
            as_record(self._place, polled) for records in batches.values() for polled in records
        ]

    def _now(self) -> int:
        return int(self._consumer.position(self._on_broker) or self._position)

    def _skip_deleted(self) -> None:
        """Go on after what was deleted unread; if that fails, the next poll tries again."""
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
