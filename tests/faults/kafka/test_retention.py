"""A group that is away for longer than Kafka keeps its positions."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import Place
from streams.log.topics import LABELS, TASKS
from tests.faults.length import LONG
from tests.faults.story import wait_until
from tests.streams.positions import GROUP, finish, works, written
from tests.streams.scenes import POOLS, task, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

FED = 30


@pytest.mark.skipif(not LONG, reason="a minute of waiting; a group is deleted in test_resuming")
def test_a_group_that_kafka_has_forgotten_does_nothing_twice(
    start_broker: Callable[..., Broker],
) -> None:
    """For a minute instead of a week; all else is as Kafka has it by default."""
    broker = start_broker(offsets_retention_minutes=1, offsets_retention_check_interval_ms=1000)
    with closing(KafkaLog(f"kafka://{broker.address}/{uuid4().hex[:8]}", LogSettings())) as log:
        create_topics(log, 1, 1)
        write(log, *POOLS, *(task(f"t{i}") for i in range(FED)))
        finish(log)
        assert (before := written(log))[1:] == (FED, 0)
        group = log.names.on_broker(GROUP)
        places = {log.names.place(*Place(topic, 0)) for topic in (TASKS, LABELS)}
        assert places <= set(log.admin.list_group_offsets([group])[group])
        wait_until(
            lambda: places.isdisjoint(log.admin.list_group_offsets([group])[group]),
            timeout_s=180.0,
            what="Kafka's forgetting",
        )
        works(log)
        assert written(log) == before
        write(log, task("new"))
        works(log)
        assert written(log) == (before[0] + 1, *before[1:])
