"""Late requests of a transaction that has ended hide what comes behind them, until they are ended.

A broker that was killed can take one when it is back. One that doesn't verify takes it always.
"""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bandit.errors import CommitUnknown
from streams.kafka import KafkaLog
from streams.log import NewRecord, read_to_end
from streams.log_config import LogSettings
from streams.on_kafka.topics import create_topics
from tests.broker.broker import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.on_kafka.shared import KafkaShared

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TOPICS = ("tasks", "labels")
SOON_S = 5.0


@pytest.fixture(scope="module")
def trusting() -> Iterator[Broker]:
    """Start a broker that takes records of a transaction without looking whether there is one."""
    with Broker(transaction_partition_verification_enable="false") as broker:
        yield broker


@pytest.fixture
def address(trusting: Broker) -> str:
    """Return where a log is that nobody has used."""
    address = f"kafka://{trusting.address}/{uuid4()}"
    with closing(KafkaLog(address, LogSettings())) as log:
        create_topics(log, 1, 1)
    return address


def member(address: str) -> tuple[KafkaLog, KafkaShared]:
    """Join under the same name every time."""
    log = KafkaLog(address, LogSettings(instance="w1"))
    return log, log.shared("workers", TOPICS)


def ask(value: bytes) -> NewRecord:
    """Return something to be written."""
    return NewRecord("asks", b"t1", value)


def send_late(log: KafkaLog, shared: KafkaShared) -> None:
    """Send a record of the transaction that was committed just now."""
    producer = shared._transactions._producer
    assert producer is not None
    producer._transaction_manager.is_send_to_partition_allowed = lambda _: True
    producer._accumulator.append(log.names.place("asks", 0), None, b"t1", b"late", [])
    producer.flush(5.0)


def asks(address: str) -> list[bytes | None]:
    """Read what is committed of asks, to the end that is there."""
    with closing(KafkaLog(address, LogSettings())) as log:
        return [one.value for some in read_to_end(log.follow("asks"), 100) for one in some]


def test_it_hides_what_comes_behind_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, nothing would be shown by the other tests."""
    monkeypatch.setattr("streams.log.SILENT_S", 3.0)
    log, shared = member(address)
    with closing(log):
        shared.commit([ask(b"1")], {})
        send_late(log, shared)
        log.write([ask(b"of somebody else")])
        with pytest.raises(CommitUnknown):
            asks(address)


@pytest.mark.parametrize("how", ["a recovery", "a start"])
def test_it_is_ended_by(address: str, how: str) -> None:
    log, shared = member(address)
    with closing(log):
        shared.commit([ask(b"1")], {})
        send_late(log, shared)
        if how == "a recovery":
            shared._clear_next = 0.0  # the start was less than 10 s ago
            shared.rewind()
    if how == "a start":
        log, shared = member(address)
        log.close()
    began = time.monotonic()
    assert asks(address) == [b"1"]
    assert time.monotonic() - began < SOON_S
