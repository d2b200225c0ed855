"""Bounded transactions, and what they use of kafka-python's private API."""

from __future__ import annotations

import time
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from kafka import KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import MessageSizeTooLargeError, RetriableError
from kafka.producer.record_accumulator import RecordAccumulator
from kafka.producer.sender import Sender
from kafka.producer.transaction_manager import TransactionManager
from kafka.structs import ConsumerGroupMetadata, OffsetAndMetadata

from bandit.errors import CommitUnknown, LogError, RecordTooLarge
from streams.config.log_settings import LogSettings
from streams.kafka_log.connecting.connection import client_settings, parse_address
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.producer import CLOSE_S, MAX_RECORD_BYTES, Transactions
from streams.kafka_log.producer_errors import Fenced
from streams.kafka_log.topics import create_topics
from streams.log.log import read_to_end
from tests.broker.proxy import (
    ADD_OFFSETS_TO_TXN,
    ADD_PARTITIONS_TO_TXN,
    END_TXN,
    INIT_PRODUCER_ID,
    PRODUCE,
    TXN_OFFSET_COMMIT,
)
from tests.faults.story import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.broker.broker import Broker
    from tests.broker.proxy import Proxy

LIMIT_S = 2.0
QUICK = LogSettings(request_timeout_s=2.0)
Record = tuple[str, bytes | None, bytes | None, int | None]


class Lab:
    """A log with topics of its own, and producers that come to it through a proxy."""

    def __init__(self, direct: str, through: str) -> None:
        prefix = str(uuid4())
        self.log = KafkaLog(f"kafka://{direct}/{prefix}", LogSettings())
        create_topics(self.log, 1, 1)
        self._through = through
        self.topic = self.log.names.on_broker("verdicts")
        self.group = self.log.names.on_broker("poolwise")
        self.made: list[Transactions] = []

    def producer(self, name: str = "w") -> Transactions:
        """Return a producer that has begun."""
        connect = client_settings(parse_address(f"kafka://{self._through}"), QUICK)
        made = Transactions(connect, f"{self.group}-{name}", "kafka", LIMIT_S, 6.0)
        self.made.append(made)
        made.begin()
        return made

    def record(self, value: bytes, key: bytes = b"t") -> Record:
        """Return a record for the topic."""
        return self.topic, key, value, 0

    def offsets(self, position: int) -> dict[TopicPartition, OffsetAndMetadata]:
        """Return a position to commit."""
        return {self.log.names.place("tasks", 0): OffsetAndMetadata(position, "", -1)}

    def nobody(self) -> ConsumerGroupMetadata:
        """Return a member of a group that has none."""
        return ConsumerGroupMetadata(self.group)

    def refuses(self, value: bytes) -> bool:
        """Whether the broker finds a record too large; nothing is committed."""
        producer = self.producer("probe")._producer
        assert producer is not None
        producer.begin_transaction()
        try:
            producer.send(self.topic, value, partition=0).get(10)
        except MessageSizeTooLargeError:
            return True
        finally:
            producer.abort_transaction()
        return False

    def values(self) -> list[bytes | None]:
        """Return all that is committed."""
        with closing(self.log.follow("verdicts")) as reader:
            return [one.value for batch in read_to_end(reader, 100) for one in batch]

    def position(self) -> int | None:
        """Return the committed position."""
        try:
            found = self.log.admin.list_group_offsets([self.group])[self.group]
        except RetriableError:  # the group's own topic is made at its first use
            return None
        at = found.get(self.log.names.place("tasks", 0))
        return None if at is None else int(at.offset)

    def close(self) -> None:
        """Close all."""
        for one in self.made:
            one.close()
        self.log.close()


@pytest.fixture
def lab(broker: Broker, proxy: Proxy) -> Iterator[Lab]:
    """A lab on the broker, whose producers come through the proxy."""
    with closing(Lab(broker.address, proxy.address)) as lab:
        yield lab


def test_the_manager_and_the_sender_are_where_they_are_looked_for(lab: Lab) -> None:
    producer = lab.producer()._producer
    assert isinstance(producer, KafkaProducer)
    assert isinstance(producer._transaction_manager, TransactionManager)
    assert isinstance(producer._sender, Sender)
    assert producer._transaction_manager.last_error is None
    accumulator, place = producer._accumulator, TopicPartition(lab.topic, 0)
    assert isinstance(accumulator, RecordAccumulator)
    assert accumulator._batches[place] == deque()
    assert not accumulator._incomplete.all()
    with accumulator._tp_lock(place):
        assert accumulator._tp_lock(place).locked()


def test_records_and_positions_are_committed_together(lab: Lab) -> None:
    producer = lab.producer()
    producer.commit([lab.record(b"1"), lab.record(b"2")], lab.offsets(7), lab.nobody())
    assert lab.values() == [b"1", b"2"]
    assert lab.position() == 7


def test_a_clock_that_is_a_day_ahead_is_one_clear_line(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever tries again with it would hold partitions, and commit nothing."""
    producer, right = lab.producer(), time.time
    monkeypatch.setattr(time, "time", lambda: right() + 86_400.0)
    with pytest.raises(LogError, match="this machine's clock differs too much") as one:
        producer.commit([lab.record(b"1")])
    assert not isinstance(one.value, CommitUnknown)
    monkeypatch.undo()
    producer.commit([lab.record(b"2")])
    assert lab.values() == [b"2"]


@pytest.mark.parametrize(
    ("api_key", "applied"),
    [
        (ADD_PARTITIONS_TO_TXN, False),
        (PRODUCE, False),
        (ADD_OFFSETS_TO_TXN, False),
        (TXN_OFFSET_COMMIT, False),
        (END_TXN, True),
    ],
)
def test_a_commit_that_is_never_answered_is_unknown_in_time(
    lab: Lab, proxy: Proxy, api_key: int, applied: bool
) -> None:
    """Whether it was applied, the log says afterwards; the producer is good again."""
    producer = lab.producer()
    proxy.swallow_replies({api_key})
    started = time.monotonic()
    with pytest.raises(CommitUnknown, match="Timeout"):
        producer.commit([lab.record(b"1")], lab.offsets(7), lab.nobody())
    assert time.monotonic() - started < LIMIT_S + CLOSE_S + 0.5
    proxy.heal()
    producer.begin()
    assert lab.values() == ([b"1"] if applied else [])
    assert lab.position() == (7 if applied else None)
    producer.commit([lab.record(b"2")], lab.offsets(8), lab.nobody())
    assert lab.values() == ([b"1", b"2"] if applied else [b"2"])
    assert lab.position() == 8


def test_a_commit_that_is_refused_a_connection_is_unknown_in_time(lab: Lab, proxy: Proxy) -> None:
    producer = lab.producer()
    refused = proxy.on_request(END_TXN, proxy.refuse)
    started = time.monotonic()
    with pytest.raises(CommitUnknown):
        producer.commit([lab.record(b"1")])
    assert refused.is_set()
    assert time.monotonic() - started < LIMIT_S + CLOSE_S + 0.5
    with pytest.raises(LogError, match=r"."):
        producer.begin()
    proxy.heal()
    producer.begin()
    producer.commit([lab.record(b"2")])
    assert lab.values() == [b"2"]


def test_a_beginning_that_is_never_answered_is_unknown_in_time(lab: Lab, proxy: Proxy) -> None:
    producer = lab.producer()
    proxy.swallow_replies({INIT_PRODUCER_ID})
    started = time.monotonic()
    with pytest.raises(CommitUnknown):
        producer.begin()
    assert time.monotonic() - started < LIMIT_S + 2 * CLOSE_S + 0.5
    proxy.heal()
    producer.commit([lab.record(b"1")])
    assert lab.values() == [b"1"]


def test_whoever_begins_next_fences_the_one_before(lab: Lab) -> None:
    first = lab.producer()
    first.commit([lab.record(b"1")])
    second = lab.producer()
    with pytest.raises(Fenced, match="taken over"):
        first.commit([lab.record(b"spoilt")])
    second.commit([lab.record(b"2")])
    first.begin()
    first.commit([lab.record(b"3")])
    with pytest.raises(Fenced):
        second.commit([lab.record(b"spoilt")])
    assert lab.values() == [b"1", b"2", b"3"]


def test_a_producer_that_is_fenced_between_two_batches_knows_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the broker refuses a batch, for its epoch, and no request of the transaction."""
    first = lab.producer()
    append = first._append

    def one_by_one(records: Iterable[Record]) -> list[object]:
        before, after = records
        sent = append([before])
        assert first._producer is not None
        first._producer.flush(timeout=LIMIT_S)
        lab.producer().commit([lab.record(b"2")])
        sent += append([after])
        first._producer.flush(timeout=LIMIT_S)
        return sent

    monkeypatch.setattr(first, "_append", one_by_one)
    with pytest.raises(Fenced, match="taken over"):
        first.commit([lab.record(b"spoilt"), lab.record(b"spoilt")])
    assert lab.values() == [b"2"]


def test_a_record_that_is_too_large_is_refused_with_all_others(lab: Lab) -> None:
    producer = lab.producer()
    with pytest.raises(RecordTooLarge, match="1,000,001 bytes"):
        producer.commit([lab.record(b"1"), lab.record(b"x" * MAX_RECORD_BYTES)])
    assert lab.values() == []
    producer.commit([lab.record(b"x" * (MAX_RECORD_BYTES - 1))])
    assert len(lab.values()) == 1


def test_a_record_that_the_broker_finds_too_large_is_refused_with_all_others(
    broker: Broker, lab: Lab
) -> None:
    """The topic takes less than is usual."""
    limit = ConfigResource(ConfigResourceType.TOPIC, lab.topic, {"max.message.bytes": "5000"})
    lab.log.admin.alter_configs([limit])
    wait_until(lambda: lab.refuses(b"x" * 6000), what="the limit in force")
    producer = lab.producer()
    with pytest.raises(RecordTooLarge):
        producer.commit([lab.record(b"1"), lab.record(b"x" * 6000)], lab.offsets(7), lab.nobody())
    assert lab.values() == []
    assert lab.position() is None
    producer.commit([lab.record(b"2")])
    assert lab.values() == [b"2"]


def test_a_stale_member_is_refused_and_nothing_of_it_is_written(lab: Lab) -> None:
    producer = lab.producer()
    stale = ConsumerGroupMetadata(lab.group, 3, "somebody-1", None)
    with pytest.raises(CommitUnknown, match="mismatch"):
        producer.commit([lab.record(b"1")], lab.offsets(7), stale)
    assert lab.values() == []
    assert lab.position() is None
    producer.commit([lab.record(b"2")])
    assert lab.values() == [b"2"]


def test_a_transaction_that_outlasts_its_time_is_refused(lab: Lab) -> None:
    producer = lab.producer()
    open_one = producer._producer
    assert open_one is not None
    open_one.begin_transaction()
    open_one.send(lab.topic, b"1", b"t", partition=0).get(10)
    time.sleep(9.0)  # of 6 s, and the broker looks every second
    started = time.monotonic()
    with pytest.raises(LogError):
        producer.commit([lab.record(b"2")])
    assert time.monotonic() - started < LIMIT_S + CLOSE_S + 0.5
    producer.begin()
    producer.commit([lab.record(b"3")])
    assert lab.values() == [b"3"]
