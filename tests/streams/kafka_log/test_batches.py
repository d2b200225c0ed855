"""The batches that are encoded at once are those that kafka-python makes record by record."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kafka import TopicPartition
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder

from streams.kafka_log.batches import batches
from streams.kafka_log.compression import LEAST_BYTES, NUMBERS, Codec

if TYPE_CHECKING:
    from collections.abc import Sequence

PLACE = TopicPartition("asks", 3)
STATE = (7, 2, 1000, True)
"""Producer id, epoch and first sequence number; in a transaction."""

Pairs = list[tuple[bytes | None, bytes | None]]

sizes = st.sampled_from([0, 1, 62, 63, 64, 65, 8190, 8191, 8192, 8193, 70_000])
data = st.none() | st.binary(max_size=80) | sizes.map(lambda size: b"x" * size)
many = st.integers(8190, 8200).map(lambda count: [(b"k", b"%d" % i) for i in range(count)])
records = st.lists(st.tuples(data, data), max_size=40) | many
limits = st.sampled_from([1, 100, 5000, 256 * 1024])
codecs = st.sampled_from(list(NUMBERS))


def closed(batch: ProducerBatch) -> bytes:
    """Return the bytes that go to the broker."""
    batch.records.set_producer_state(*STATE)
    batch.records.close()
    return bytes(batch.records.buffer())


def one_by_one(pairs: Sequence[tuple[bytes | None, bytes | None]], limit: int) -> list[bytes]:
    """Return what kafka-python's accumulator makes of them."""
    made: list[ProducerBatch] = []
    now_ms = int(time.time() * 1000)
    for pair in pairs:
        if not made or made[-1].try_append(now_ms, *pair, []) is None:
            made.append(ProducerBatch(PLACE, MemoryRecordsBuilder(2, 0, limit)))
            assert made[-1].try_append(now_ms, *pair, []) is not None
    return [closed(batch) for batch in made]


@given(pairs=records, limit=limits)
@example(pairs=[(b"k" * 9000, None), (None, b"v" * 300_000)], limit=256 * 1024)
def test_the_bytes_are_those_of_kafka_python(pairs: Pairs, limit: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: 1_700_000_000.0)
        ours = [closed(batch) for batch in batches(PLACE, pairs, limit)]
        assert ours == one_by_one(pairs, limit)


@given(pairs=records, limit=limits, codec=codecs)
@example(pairs=[(b"k", random.Random(1).randbytes(5000))], limit=5000, codec="zstd")
def test_what_was_encoded_is_read_in_order(pairs: Pairs, limit: int, codec: Codec) -> None:
    made = list(batches(PLACE, pairs, limit, codec))
    assert all(batch.record_count for batch in made)
    assert sum(batch.record_count for batch in made) == len(pairs)
    read: Pairs = []
    for batch in made:
        plain = batch.records.size_in_bytes()
        encoded = closed(batch)
        found = MemoryRecords(encoded).next_batch()
        assert found.validate_crc()
        assert len(encoded) <= plain
        assert (found.compression_type != 0) == (len(encoded) < plain)
        assert found.compression_type in {0, NUMBERS[codec]}
        read += [(one.key, one.value) for one in found]
    assert read == pairs


@pytest.mark.parametrize("codec", ["gzip", "zstd"])
def test_what_is_alike_is_compressed_and_what_is_small_is_not(codec: Codec) -> None:
    value = b'{"type":"Tick","at":1790000000.0,"v":1}'
    few, many = 5, 500
    assert few * len(value) < LEAST_BYTES
    for count, most in ((few, 1.0), (many, 0.1)):
        (batch,) = batches(PLACE, [(None, value)] * count, 256 * 1024, codec)
        plain = batch.records.size_in_bytes()
        share = len(closed(batch)) / plain
        assert share == 1.0 if most == 1.0 else share < most


@given(pairs=records, limit=limits)
def test_a_batch_is_larger_than_the_limit_only_if_it_is_of_one_record(
    pairs: Pairs, limit: int
) -> None:
    for batch in batches(PLACE, pairs, limit):
        assert batch.record_count == 1 or batch.records.size_in_bytes() <= limit
