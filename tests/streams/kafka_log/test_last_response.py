"""What a consumer has heard is known while a broker is silent, and at once."""

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
    from collections.abc import Callable, Iterator

    from streams.log.log import Follower, GroupMember
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

AT_ONCE_S = 0.2
"""Reading a number; the rest is this machine's."""


@pytest.fixture
def mortal(start_broker: Callable[..., Broker]) -> Broker:
    """A broker of this test's own."""
    return start_broker()


@pytest.fixture
def log(mortal: Broker) -> Iterator[KafkaLog]:
    """A log on it, whose requests end soon."""
    address = f"kafka://{mortal.address}/{uuid4()}"
    with closing(KafkaLog(address, LogSettings())) as patient:
        create_topics(patient, 1, 1)
        patient.write([NewRecord("tasks", b"t%d" % i, b"{}") for i in range(20)])
    with closing(KafkaLog(address, LogSettings(request_timeout_s=2.0))) as log:
        yield log


def polled(reader: Follower | GroupMember, for_s: float) -> None:
    """Poll, whatever comes; requests end meanwhile, and connections are made anew."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        reader.poll(5, 0.1)


def test_silence_grows_while_a_broker_is_stopped_and_no_question_is_asked(
    log: KafkaLog, mortal: Broker
) -> None:
    follower, shared = log.follow("tasks"), log.shared("workers", ["tasks", "labels"])
    while not follower.poll(5, 0.2) or not shared.poll(5, 0.2):
        pass
    mortal.pause()
    try:
        stopped_at = time.monotonic()
        for reader in (follower, shared):
            polled(reader, 3.0)
            began = time.monotonic()
            assert reader.heard_at() <= stopped_at
            lag = reader.lag()
            assert 0 <= (lag if isinstance(lag, int) else lag[Place("tasks", 0)]) <= 16
            assert time.monotonic() - began < AT_ONCE_S
    finally:
        mortal.resume()
    for reader in (follower, shared):
        while reader.heard_at() < stopped_at + 3.0:
            polled(reader, 0.2)
