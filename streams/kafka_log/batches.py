"""Record batches for kafka-python's producer, encoded many records at a time.

kafka-python appends record by record, byte by byte; a commit has all of its records at once. The
bytes are the same (https://kafka.apache.org/documentation/#record), in an eighth of the time.
They are compressed when the sender takes the batch.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kafka import errors as kafka_errors
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.memory_records import MemoryRecordsBuilder

from streams.kafka_log.compression import BatchBuilder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kafka import TopicPartition

    from streams.kafka_log.compression import Codec

MAGIC = 2


def _varint(number: int) -> bytes:
    """Encode a number >= 0: zigzag, then seven bits a byte, the lowest first."""
    rest = number << 1
    encoded = bytearray()
    while rest > 0x7F:
        encoded.append(rest & 0x7F | 0x80)
        rest >>= 7
    encoded.append(rest)
    return bytes(encoded)


SHORT = [_varint(number) for number in range(8192)]
"""Varints of the numbers that take one or two bytes."""

NULL = b"\x01"
"""Length -1: no key, or no value."""


def _sized(data: bytes | None) -> bytes:
    if data is None:
        return NULL
    size = len(data)
    return (SHORT[size] if size < len(SHORT) else _varint(size)) + data


def batches(
    partition: TopicPartition,
    records: Sequence[tuple[bytes | None, bytes | None]],
    most_bytes: int,
    codec: Codec = "none",
) -> Iterator[ProducerBatch]:
    """Yield batches of up to `most_bytes` each that hold these keys and values, in order.

    A larger record has a batch of its own. The size is that before compression by `codec`, so the
    memory that a consumer needs has a limit, however well the records compress.
    """
    now_ms = int(time.time() * 1000)
    waiting = list(records)
    while waiting:
        builder = MemoryRecordsBuilder(MAGIC, 0, most_bytes)
        builder._builder = BatchBuilder(codec, most_bytes)
        batch = ProducerBatch(partition, builder)
        del waiting[: _fill(batch, waiting, most_bytes, now_ms)]
        yield batch


def _fill(
    batch: ProducerBatch,
    records: Sequence[tuple[bytes | None, bytes | None]],
    most_bytes: int,
    now_ms: int,
) -> int:
    """Put as many of `records` into an empty batch as it has room for; return how many."""
    builder = batch.records._builder
    buffer = builder._buffer
    count = 0
    for key, value in records:
        number = SHORT[count] if count < len(SHORT) else _varint(count)
        # No attributes, a timestamp delta of 0, and no headers.
        body = b"".join((b"\x00\x00", number, _sized(key), _sized(value), b"\x00"))
        record = _sized(body)
        if count and len(buffer) + len(record) > most_bytes:
            break
        buffer += record
        count += 1
    builder._first_timestamp = builder._max_timestamp = now_ms
    builder._num_records = count
    builder._last_offset = count - 1
    batch.records._next_offset = count
    return count


def check_sent(sent: Iterable[Any]) -> None:
    """Raise the first error of the batches' futures; after a commit there should be none."""
    for future in sent:
        if not future.is_done:
            raise kafka_errors.KafkaTimeoutError("a batch was not acknowledged")
        _, _, error_of = future.value
        if error_of is not None:
            raise error_of(0)
