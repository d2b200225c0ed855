"""The Kafka log keeps the contract, on a real broker."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from kafka import TopicPartition

from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from tests.streams.log_contract import LogContract

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log.log import Log, Place
    from tests.broker.broker import Broker

pytestmark = pytest.mark.kafka


class TestKafkaLog(LogContract):
    implementation = KafkaLog
    most_before_another = 150  # a fetch brings up to 128 kB of a partition, or one batch of 256

    @pytest.fixture(autouse=True)
    def _address(self, broker: Broker) -> Iterator[None]:
        self._at = f"kafka://{broker.address}/{uuid4()}"
        self._made = False
        self._opened: list[KafkaLog] = []
        yield
        for log in self._opened:
            log.close()

    def open(self, partitions: int | None = None) -> KafkaLog:
        log = KafkaLog(self._at, LogSettings(group="workers"))
        self._opened.append(log)
        if not self._made:
            create_topics(log, partitions or 1, 1)
            self._made = True
        return log

    def delete_before(self, log: Log, place: Place, offset: int) -> None:
        assert isinstance(log, KafkaLog)
        there = TopicPartition(log.names.on_broker(place.topic), place.partition)
        log.admin.delete_records({there: offset})
