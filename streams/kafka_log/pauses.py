"""Resume partitions of a consumer, so that records fetched before the pause aren't stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from kafka import KafkaConsumer, TopicPartition


def resume(consumer: KafkaConsumer, partitions: Collection[TopicPartition]) -> None:
    """Read from `partitions` again.

    kafka-python sets aside the records of a fetch whose partition is paused before all of them were
    returned, and goes on with them only when no other partition has any. Until then it fetches
    nothing of that partition: with labels always arriving, tasks would wait for ever. They were not
    returned, so they are dropped here and fetched again.
    """
    consumer.resume(*partitions)
    aside = consumer._fetcher._paused_partition_records  # noqa: SLF001, pinned; a test would see it
    for partition in partitions:
        aside.pop(partition, None)
