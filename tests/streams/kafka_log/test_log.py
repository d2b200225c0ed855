"""The Kafka log keeps the contract, on a real broker."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from kafka import TopicPartition
from kafka.errors import UnknownBrokerIdError

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


def test_a_partition_whose_leader_is_not_chosen_yet_is_waited_for(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = KafkaLog(f"kafka://{broker.address}/{uuid4()}", LogSettings())
    create_topics(log, 1, 1)
    answer, calls = log.admin.list_partition_offsets, []

    def no_leader_at_first(*asked: object) -> object:
        calls.append(asked)
        if len(calls) < 3:
            raise UnknownBrokerIdError(-1)
        return answer(*asked)

    monkeypatch.setattr(log.admin, "list_partition_offsets", no_leader_at_first)
    with closing(log.follow("tasks")) as reader:
        assert reader.end() == 0
    assert len(calls) >= 3
    log.close()
