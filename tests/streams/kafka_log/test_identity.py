"""No two writers have one transactional id, and those of the earlier release are succeeded."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bandit.errors import LogBusy
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.kafka_log.member import KafkaMember
    from tests.broker.broker import Broker

pytestmark = pytest.mark.kafka

NEW = [NewRecord("models", b"slot/0", b"{}")]


class Names:
    """Logs on topics of their own, opened under names."""

    def __init__(self, broker: Broker) -> None:
        self.address = f"kafka://{broker.address}/{uuid4().hex[:8]}"
        self._opened: list[KafkaLog] = []
        create_topics(self.open(), 1, 1)

    def open(self, instance: str | None = None) -> KafkaLog:
        log = KafkaLog(self.address, LogSettings(instance=instance))
        self._opened.append(log)
        return log

    def member(self, group: str, instance: str) -> KafkaMember:
        shared = self.open(instance).shared(group, ["tasks", "labels"])
        while not shared.held():
            shared.poll(1, 0.1)
        return shared

    def close(self) -> None:
        for log in self._opened:
            log.close()


@pytest.fixture
def names(broker: Broker) -> Iterator[Names]:
    with closing(Names(broker)) as names:
        yield names


def test_a_group_and_an_instance_are_not_another_group_and_another_instance(names: Names) -> None:
    one, two = names.member("a", "b-c"), names.member("a-b", "c")
    for _ in range(2):
        for shared in (one, two):
            shared.commit([NewRecord("asks", b"t", b"{}")], {Place("tasks", 0): 0})


def test_a_worker_is_not_the_learner_of_another_group(names: Names) -> None:
    worker, learner = names.member("a", "b-learner"), names.open().writer("a-b-learner")
    for _ in range(2):
        worker.commit([NewRecord("asks", b"t", b"{}")], {Place("tasks", 0): 0})
        learner.write(NEW)


def test_a_learner_ends_the_learner_of_the_earlier_release(names: Names) -> None:
    log = names.open()
    earlier = log._transactions("poolwise-learner")
    earlier.begin()
    learner = names.open().writer("poolwise-learner")
    with pytest.raises(LogBusy):
        earlier.commit(log.names.records(NEW))
    learner.write(NEW)
    earlier.close()


def test_no_one_ends_a_learner_by_its_former_id(names: Names) -> None:
    """Every worker of the group may take that one."""
    log = names.open()
    learner = log.writer("poolwise-learner")
    other = names.open()._transactions("poolwise-learner")
    other.begin()
    learner.write(NEW)
    other.close()
