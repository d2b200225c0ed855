"""Transactions of one producer, each with a time limit, by kafka-python's private API.

kafka-python's `commit_transaction`, `abort_transaction` and `send_offsets_to_transaction` wait
without a limit, and drop a request that is refused at the wrong moment: then they hang for ever. So
their requests are begun here on the transaction manager, and waited for with a limit. The version
is pinned, and `tests/streams/kafka_log/test_producer.py` would notice a change.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kafka import KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.structs import ConsumerGroupMetadata, OffsetAndMetadata

from bandit.errors import CommitUnknown, RecordTooLarge
from streams.kafka_log.batches import batches, check_sent
from streams.kafka_log.connecting.probe import connection_errors, final_error
from streams.kafka_log.producer_errors import IdExpired, log_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bandit.errors import LogError
    from streams.kafka_log.compression import Codec

CLOSE_S = 1.0
"""Longest wait for closing a producer whose broker may not answer."""

BATCH_BYTES = 256 * 1024
ALONE = 1
"""Batch size of one record a batch: for brokers with a smaller limit than our batches."""

LINGER_MS = 1000
"""Records wait for the commit, which sends them in few, large requests."""

REQUEST_BYTES = 8 * 1024 * 1024
"""Largest request, of one batch a partition: a commit sends the rest in one round trip."""

RETRY_MS = 5
"""Between tries of a request that arrives while the broker still ends the previous transaction."""

MAX_RECORD_BYTES = 1_000_000
"""A broker's default limit is 1,048,588 bytes (message.max.bytes)."""


class Transactions:
    """The transactions of one transactional id.

    A broker may accept a late request of a transaction that has ended, and so begin one that stays
    open for ever: it hides all records after it and the group's committed offsets (the hanging
    transactions of KIP-890), or the next commit makes it visible. So a producer whose id may have
    been used before begins with a transaction on the same partitions, which it aborts.

    Parameters
    ----------
    connect
        Settings of kafka-python's clients.
    transactional_id
        The next producer that takes this id fences this one.
    name
        Of the log, in errors.
    timeout_s
        Longest wait for a commit, and for the start of a new producer.
    transaction_timeout_s
        The broker aborts a transaction that has been open for longer.
    group
        The group whose offsets are committed, if any are.
    touched
        Partitions to which earlier producers of the id may have written.
    codec
        Compression of batches.
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
        """Become the one producer of the id; transactions of earlier ones are aborted.

        Raises
        ------
        CommitUnknown
            If the broker does not answer in time: try again.
        Unreachable
            If trying again can't help: a refused login, an untrusted certificate.
        """
        self.close()
        try:
            self._producer = KafkaProducer(**self._settings)
            # `flush` never returns for a batch that is split because the broker finds it too large.
            self._producer._sender._can_split = lambda *_: False
            self._producer._sender.config["retry_backoff_ms"] = RETRY_MS
            # A batch refused for its epoch must end this producer: by itself it would ask for a new
            # epoch instead, and so take the id back from the one that has fenced it.
            self._producer._transaction_manager._supports_epoch_bump = lambda: False
            self._producer.init_transactions()
            self._clear()
        except kafka_errors.KafkaError as error:
            self.close()
            raise self._begin_error(error) from error

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
            If a record is larger than a broker takes; nothing was written.
        CommitUnknown
            If the outcome is unknown: `begin` again, then read the committed offsets.
        Fenced
            If a newer producer has the id.
        """
        self._check_sizes(records)
        try:
            self._commit(records, offsets, member)
        except IdExpired:  # after a week without a transaction; nothing of this one was written
            self.begin()
            self._commit(records, offsets, member)
        except RecordTooLarge:  # a single record, or only the batch
            if self._settings["batch_size"] == ALONE:
                raise
            self._settings["batch_size"] = ALONE
            self._commit(records, offsets, member)

    def _clear(self) -> None:
        """Abort what late requests of earlier producers may have left open."""
        producer, until = self._producer, time.monotonic() + self._timeout_s
        assert producer is not None
        manager = producer._transaction_manager
        partitions = sorted(self._touched)
        if not partitions:
            return
        producer.begin_transaction()
        for partition in partitions:
            manager.maybe_add_partition_to_transaction(partition)
        if self._group is not None:
            offsets = {partitions[0]: OffsetAndMetadata(0, "", -1)}  # never committed
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
            # First the records, then the offsets, which the group refuses from a member that has
            # lost a partition: so its next owner finds all that is still to be committed.
            producer.flush(timeout=max(0.0, until - time.monotonic()))
            if offsets:
                self._wait(lambda: manager.send_offsets_to_transaction(offsets, member), until)
            self._wait(manager.begin_commit, until)
            check_sent(sent)
        except (kafka_errors.KafkaError, ValueError) as error:
            failure = self._as_log_error(manager.last_error or error)
            self.close()
            raise failure from error

    def _append(self, records: Iterable[tuple[Any, ...]]) -> list[Any]:
        """Do as `KafkaProducer.send` does, for all records of a partition at once."""
        producer = self._producer
        assert producer is not None
        accumulator = producer._accumulator
        by_place: dict[tuple[str, int], list[tuple[bytes | None, bytes | None]]] = {}
        for topic, key, value, partition in records:
            by_place.setdefault((topic, partition), []).append((key, value))
        for topic, partition in by_place:
            if partition not in producer.partitions_for(topic):
                msg = f"topic {topic} has no partition {partition}"
                raise kafka_errors.UnknownTopicOrPartitionError(msg)
            place = TopicPartition(topic, partition)
            self._touched.add(place)
            producer._transaction_manager.maybe_add_partition_to_transaction(place)
        producer._sender.wakeup()
        sent = []
        for key, values in by_place.items():
            place = TopicPartition(*key)
            for batch in batches(place, values, self._settings["batch_size"], self._codec):
                with accumulator._tp_lock(place):
                    accumulator._incomplete.add(batch)
                    accumulator._batches[place].append(batch)
                sent.append(batch.produce_future)
        return sent

    def close(self) -> None:
        """Close the producer; the next one, or the broker, aborts what it has not committed."""
        if self._producer is not None:
            producer, self._producer = self._producer, None
            producer._sender.force_close()
            with suppress(kafka_errors.KafkaError):  # of the records that were not sent
                producer.close(timeout=CLOSE_S)

    def _begin_error(self, error: Exception) -> LogError:
        """Return why there is no producer; if it is the connection, the outcome of a probe."""
        unreachable = connection_errors(self._settings)
        if not unreachable:
            return self._as_log_error(error)
        return final_error(unreachable) or CommitUnknown(str(unreachable[0]))

    def _check_sizes(self, records: Iterable[tuple[Any, ...]]) -> None:
        for topic, key, value, _ in records:
            size = len(key or b"") + len(value or b"")
            if size > MAX_RECORD_BYTES:
                msg = (
                    f"{self._name}: a record for topic {topic} has {size:,} bytes, more than the"
                    f" limit of {MAX_RECORD_BYTES:,} bytes"
                )
                raise RecordTooLarge(msg)

    def _wait(self, begin: Callable[[], Any], until: float) -> None:
        """Begin a step of a transaction and wait until it is done, or until the time limit."""
        producer = self._producer
        assert producer is not None
        result = begin()
        producer._sender.wakeup()
        left_ms = max(0.0, until - time.monotonic()) * 1000
        if not result.wait(timeout_ms=left_ms):
            raise kafka_errors.KafkaTimeoutError(f"no answer in {self._timeout_s:g} s")

    def _as_log_error(self, error: Exception) -> LogError:
        return log_error(self._name, self.transactional_id, error)
