"""What was fetched before a pause is read after it, however busy the other partitions are."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, Place

if TYPE_CHECKING:
    from streams.log.log import Record
    from tests.broker.broker import Broker

pytestmark = pytest.mark.kafka

TASKS = 20


def test_tasks_that_were_paused_are_read_again_though_labels_never_cease(broker: Broker) -> None:
    place = Place("tasks", 0)
    with closing(KafkaLog(f"kafka://{broker.address}/{uuid4()}", LogSettings())) as log:
        create_topics(log, 1, 1)
        log.write([NewRecord("tasks", b"t", b"%d" % i) for i in range(TASKS)])
        shared = log.shared("workers", ["tasks", "labels"])
        tasks: list[Record] = []

        def turn(most: int) -> None:
            log.write([NewRecord("labels", b"t", b"label")])
            tasks.extend(one for one in shared.poll(most, 0.5) if one.topic == "tasks")

        until = time.monotonic() + 20
        while not tasks:
            assert time.monotonic() < until
            turn(3)
        before = len(tasks)
        assert before < TASKS, "some are fetched and not handed out"
        shared.pause(frozenset({place}))
        for _ in range(10):
            turn(3)
        assert len(tasks) == before, "they are paused"
        shared.pause(frozenset())
        while len(tasks) < TASKS:
            assert time.monotonic() < until, f"{TASKS - len(tasks)} tasks are stuck"
            turn(3)
        assert [one.value for one in tasks] == [b"%d" % i for i in range(TASKS)]
