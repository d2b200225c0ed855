"""Resuming partitions of a consumer, so that what was fetched before their pause isn't stuck."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from kafka import KafkaConsumer, TopicPartition


def resume(consumer: KafkaConsumer, places: Collection[TopicPartition]) -> None:
    """Read from `places` again.

    Records that were in the middle of being handed out when their partition was paused are put
    aside by kafka-python, and taken up again only when no other partition has any. Until then
    nothing of theirs is fetched, so with labels always coming, tasks would wait for ever. They were
    not handed out: dropped here, they are fetched again.
    """
    consumer.resume(*places)
    aside = consumer._fetcher._paused_partition_records  # noqa: SLF001, pinned; a test would see it
    for place in places:
        aside.pop(place, None)
