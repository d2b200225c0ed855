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
from streams.config.log_settings import LogSettings
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import NewRecord, read_to_end
from tests.broker.broker import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kafka import TopicPartition

    from streams.kafka_log.member import KafkaMember
    from streams.kafka_log.producer import Transactions

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


def member(address: str) -> tuple[KafkaLog, KafkaMember]:
    """Join under the same name every time."""
    log = KafkaLog(address, LogSettings(instance="w1"))
    return log, log.shared("workers", TOPICS)


def ask(value: bytes) -> NewRecord:
    """Return something to be written."""
    return NewRecord("asks", b"t1", value)


def send_late(transactions: Transactions, place: TopicPartition) -> None:
    """Send a record of the transaction that was committed; its mark is there already."""
    producer = transactions._producer
    assert producer is not None
    producer._transaction_manager.is_send_to_partition_allowed = lambda _: True
    producer._accumulator.append(place, None, b"late", b"late", [])
    producer.flush(5.0)


def asks(address: str) -> list[bytes | None]:
    """Read what is committed of asks, to the end that is there."""
    with closing(KafkaLog(address, LogSettings())) as log:
        return [one.value for some in read_to_end(log.follow("asks"), 100) for one in some]


def test_it_hides_what_comes_behind_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without that, nothing would be shown by the other tests."""
    monkeypatch.setattr("streams.log.log.SILENT_S", 3.0)
    log, shared = member(address)
    with closing(log):
        shared.commit([ask(b"1")], {})
        assert asks(address) == [b"1"]
        send_late(shared._transactions, log.names.place("asks", 0))
        log.write([ask(b"of somebody else")])
        with pytest.raises(CommitUnknown):
            asks(address)


@pytest.mark.parametrize("how", ["a recovery", "a start"])
def test_it_is_ended_by(address: str, how: str) -> None:
    """And what is committed next doesn't make it visible."""
    log, shared = member(address)
    shared.commit([ask(b"1")], {})
    assert asks(address) == [b"1"]
    send_late(shared._transactions, log.names.place("asks", 0))
    if how == "a recovery":
        shared.rewind()
    else:
        log.close()
        log, shared = member(address)
    with closing(log):
        began = time.monotonic()
        assert asks(address) == [b"1"]
        assert time.monotonic() - began < SOON_S
        shared.commit([ask(b"2")], {})
        assert asks(address) == [b"1", b"2"]


def test_it_is_ended_by_a_producer_that_is_made_in_the_middle_of_a_commit(address: str) -> None:
    """What was too large is given up with its producer, and the rest goes on with another."""
    log, shared = member(address)
    with closing(log):
        shared.commit([ask(b"1")], {})
        assert asks(address) == [b"1"]
        send_late(shared._transactions, log.names.place("asks", 0))
        shared._transactions.close()
        shared.commit([ask(b"2")], {})
        assert asks(address) == [b"1", b"2"]


def test_a_learner_that_starts_ends_what_another_left(address: str) -> None:
    snapshots = [NewRecord("models", b"slot/%d" % i, b"new") for i in range(2)]
    with closing(KafkaLog(address, LogSettings())) as log:
        writer = log.writer("learner")
        writer.write(snapshots[:1])
        assert len(list(read_to_end(log.follow("models"), 100))) == 1
        send_late(writer._transactions, log.names.place("models", 0))
    with closing(KafkaLog(address, LogSettings())) as log:
        log.writer("learner").write(snapshots[1:])
        found = [one for some in read_to_end(log.follow("models"), 100) for one in some]
    assert [one.key for one in found] == [b"slot/0", b"slot/1"]
