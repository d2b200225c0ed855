"""Transactions of one producer, each bounded in time, by kafka-python's private API.

kafka-python's `commit_transaction`, `abort_transaction` and `send_offsets_to_transaction` wait
without a limit, and a request that is refused at the wrong moment is dropped: they hang for ever.
So what they begin is begun here on the transaction manager, and waited for with a limit. The
version is pinned, and `tests/streams/kafka_log/test_producer.py` would notice a change.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.structs import ConsumerGroupMetadata, OffsetAndMetadata

from bandit.errors import CommitUnknown, LogBusy, LogError, RecordTooLarge
from streams.kafka_log.batches import batches, check_sent
from streams.kafka_log.connecting.probe import connection_errors, final_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from streams.kafka_log.compression import Codec

CLOSE_S = 1.0
"""For closing a producer that may not be able to say goodbye."""

BATCH_BYTES = 256 * 1024
ALONE = 1
"""Bytes of a batch that takes one record: for brokers that take less than a batch of ours."""

LINGER_MS = 1000
"""Records wait until the commit sends them, in few and large requests."""

REQUEST_BYTES = 8 * 1024 * 1024
"""Of a request with one batch a partition: a commit sends what is left in one round trip."""

AGAIN_MS = 5
"""Until a request about a transaction is sent again that came while the one before was ended."""

MAX_RECORD_BYTES = 1_000_000
"""A broker takes records of up to 1,048,588 bytes unless it is told otherwise."""

WRONG_CLOCK = "this machine's clock is too far from the broker's, which refuses its records; set it"

FENCED = (kafka_errors.ProducerFencedError, kafka_errors.InvalidProducerEpochError)
TOO_LARGE = (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError)


class Fenced(LogBusy):
    """Another producer has the transactional id now, or another member the instance's name.

    Either may be one of ours: begun after the broker gave this one up, joined after a time-out.
    """


class _Expired(CommitUnknown):
    """The broker no longer knows the id: no transaction for `transactional.id.expiration.ms`."""


class Transactions:
    """Writes in transactions under one transactional id.

    A broker can take a late request of a transaction that has ended, as of one that is open for
    ever: it hides all that comes behind it, and the positions of the group (the hanging
    transactions of KIP-890); or the next commit makes it visible. So a producer that may have had
    one before it begins with a transaction that touches the same partitions, and is aborted.

    Parameters
    ----------
    connect
        Settings of kafka-python's clients.
    transactional_id
        Whoever takes it next fences this one.
    name
        Of the log, in errors.
    timeout_s
        Longest wait of a commit, and of the beginning of a new producer.
    transaction_timeout_s
        After which the broker aborts a transaction that nobody ends.
    group
        Whose positions are committed, if any are.
    touched
        Partitions that earlier producers of the id may have written to.
    codec
        What batches are compressed with.
    """

    def __init__(
        self,
        connect: Mapping[str, Any],
        transactional_id: str,
        name: str,
        timeout_s: float,
        transaction_timeout_s: float,
        group: str | None = None,
        touched: Iterable[TopicPartition] = (),
        codec: Codec = "none",
    ) -> None:
        self.transactional_id = transactional_id
        self._name = name
        self._timeout_s = timeout_s
        self._group = group
        self._touched = set(touched)
        self._codec = codec
        self._settings = {
            **connect,
            "transactional_id": transactional_id,
            "transaction_timeout_ms": int(transaction_timeout_s * 1000),
            "max_block_ms": int(timeout_s * 1000),
            "delivery_timeout_ms": int(timeout_s * 1000) + LINGER_MS,
            "request_timeout_ms": int(timeout_s * 1000),
            "batch_size": BATCH_BYTES,
            "linger_ms": LINGER_MS,
            "max_request_size": REQUEST_BYTES,
            "metrics_enabled": False,
        }
        self._producer: KafkaProducer | None = None

    def begin(self) -> None:
        """Be the one producer of the id; what earlier ones left open is aborted.

        Raises
        ------
        CommitUnknown
            If the broker can't be reached in time: try again.
        Unreachable
            If trying again can't help: a login that is refused, a certificate that isn't trusted.
        """
        self.close()
        try:
            self._producer = KafkaProducer(**self._settings)
            # A batch that is split when the broker finds it too large is never done for `flush`.
            self._producer._sender._can_split = lambda *_: False
            self._producer._sender.config["retry_backoff_ms"] = AGAIN_MS
            self._producer.init_transactions()
            self._clear()
        except kafka_errors.KafkaError as error:
            self.close()
            raise self._reason(error) from error

    def commit(
        self,
        records: Sequence[tuple[str, bytes | None, bytes | None, int | None]],
        offsets: Mapping[TopicPartition, OffsetAndMetadata] | None = None,
        member: ConsumerGroupMetadata | None = None,
    ) -> None:
        """Write `records` (topic, key, value, partition) and `offsets` of `member`, or nothing.

        Raises
        ------
        RecordTooLarge
            If one of them is larger than a broker takes; nothing was written.
        CommitUnknown
            If it can't be known whether it happened: `begin` again, then read what is committed.
        Fenced
            If another producer has the id now.
        """
        self._check_sizes(records)
        try:
            self._commit(records, offsets, member)
        except _Expired:  # after a week without a transaction; nothing of this one was taken
            self.begin()
            self._commit(records, offsets, member)
        except RecordTooLarge:  # one of them, or only so many at once
            if self._settings["batch_size"] == ALONE:
                raise
            self._settings["batch_size"] = ALONE
            self._commit(records, offsets, member)

    def _clear(self) -> None:
        """End what late requests of earlier producers may have left behind."""
        producer, until = self._producer, time.monotonic() + self._timeout_s
        assert producer is not None
        manager = producer._transaction_manager
        places = sorted(self._touched)
        if not places:
            return
        producer.begin_transaction()
        for place in places:
            manager.maybe_add_partition_to_transaction(place)
        if self._group is not None:
            offsets = {places[0]: OffsetAndMetadata(0, "", -1)}  # never committed
            member = ConsumerGroupMetadata(group_id=self._group)
            self._wait(lambda: manager.send_offsets_to_transaction(offsets, member), until)
        producer._sender.wakeup()
        while manager.has_partitions_to_add() and time.monotonic() < until:
            time.sleep(0.002)
        self._wait(manager.begin_abort, until)

    def _commit(
        self,
        records: Sequence[tuple[str, bytes | None, bytes | None, int | None]],
        offsets: Mapping[TopicPartition, OffsetAndMetadata] | None,
        member: ConsumerGroupMetadata | None,
    ) -> None:
        if self._producer is None:
            self.begin()
        producer = self._producer
        assert producer is not None
        manager, until = producer._transaction_manager, time.monotonic() + self._timeout_s
        try:
            producer.begin_transaction()
            sent = self._append(records)
            # First the records, then the positions, which the group refuses from whoever has lost
            # a partition: so its next owner finds all that is still to be committed.
            producer.flush(timeout=max(0.0, until - time.monotonic()))
            if offsets:
                self._wait(lambda: manager.send_offsets_to_transaction(offsets, member), until)
            self._wait(manager.begin_commit, until)
            check_sent(sent)
        except (kafka_errors.KafkaError, ValueError) as error:
            meaning = self._meaning(manager.last_error or error)
            self.close()
            raise meaning from error

    def _append(self, records: Iterable[tuple[Any, ...]]) -> list[Any]:
        """Do what `KafkaProducer.send` does, but for all records of a partition at once."""
        producer = self._producer
        assert producer is not None
        accumulator = producer._accumulator
        by_place: dict[tuple[str, int], list[tuple[bytes | None, bytes | None]]] = {}
        for topic, key, value, partition in records:
            by_place.setdefault((topic, partition), []).append((key, value))
        for topic, partition in by_place:
            if partition not in producer.partitions_for(topic):
                msg = f"{topic} has no partition {partition}"
                raise kafka_errors.UnknownTopicOrPartitionError(msg)
            place = TopicPartition(topic, partition)
            self._touched.add(place)
            producer._transaction_manager.maybe_add_partition_to_transaction(place)
        producer._sender.wakeup()
        sent = []
        for ours, some in by_place.items():
            place = TopicPartition(*ours)
            for batch in batches(place, some, self._settings["batch_size"], self._codec):
                with accumulator._tp_lock(place):
                    accumulator._incomplete.add(batch)
                    accumulator._batches[place].append(batch)
                sent.append(batch.produce_future)
        return sent

    def close(self) -> None:
        """Let go of the producer; what it has not committed is aborted by the next, or in time."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            producer._sender.force_close()
            with suppress(kafka_errors.KafkaError):  # of the records that it gave up
                producer.close(timeout=CLOSE_S)

    def _reason(self, error: Exception) -> LogError:
        """Say why there is no producer: if it is the connection, as a probe finds it."""
        refused = connection_errors(self._settings)
        if not refused:
            return self._meaning(error)
        return final_error(refused) or CommitUnknown(str(refused[0]))

    def _check_sizes(self, records: Iterable[tuple[Any, ...]]) -> None:
        for topic, key, value, _ in records:
            size = len(key or b"") + len(value or b"")
            if size > MAX_RECORD_BYTES:
                msg = (
                    f"{self._name}: a record of {size} bytes for {topic}, where Kafka takes"
                    f" {MAX_RECORD_BYTES}"
                )
                raise RecordTooLarge(msg)

    def _wait(self, begin: Callable[[], Any], until: float) -> None:
        """Begin a part of a transaction and wait until it is done, or time is over."""
        producer = self._producer
        assert producer is not None
        result = begin()
        producer._sender.wakeup()
        left_ms = max(0.0, until - time.monotonic()) * 1000
        if not result.wait(timeout_ms=left_ms):
            raise kafka_errors.KafkaTimeoutError(f"no answer in {self._timeout_s:g} s")

    def _meaning(self, error: Exception) -> LogError:
        """Say what an error of kafka-python means for whoever commits."""
        text = f"{type(error).__name__}: {error}".removesuffix(": ")
        if isinstance(error, FENCED):
            msg = f"{self._name}: {self.transactional_id!r} was taken over by another process"
            return Fenced(msg)
        if isinstance(error, kafka_errors.FencedInstanceIdError):
            return Fenced(f"{self._name}: the group has a later member under the same instance")
        cause = error.args[0] if error.args else None  # kafka-python wraps what ends a producer
        if isinstance(cause, kafka_errors.InvalidProducerIdMappingError):
            return _Expired(f"{self._name}: {text}")
        if isinstance(error, TOO_LARGE):
            return RecordTooLarge(f"{self._name}: {text}")
        if isinstance(error, kafka_errors.AuthorizationError):
            return LogError(f"{self._name}: not allowed: {text}")
        if isinstance(error, kafka_errors.InvalidTimestampError):
            return LogError(f"{self._name}: {WRONG_CLOCK}")
        return CommitUnknown(f"{self._name}: {text}")
