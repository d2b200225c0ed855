"""Positions of a group member's consumer: from committed offsets, after deleted records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import errors as kafka_errors

from streams.kafka_log.connecting.connection import unknown_if_it_fails
from streams.kafka_log.topic_watch import recreated_error
from streams.log.log import LostRecords, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kafka import KafkaConsumer, TopicPartition

    from streams.kafka_log.topic_names import TopicNames


class Positions:
    """The positions of a consumer, and the records that were deleted before it read them.

    Parameters
    ----------
    consumer
        The member's consumer.
    names
        Our names of topics, and the cluster's.
    ends
        End offsets of partitions, open transactions included.
    patience_ms
        How long the open transaction of a dead worker may hide the committed offsets.
    """

    def __init__(
        self,
        consumer: KafkaConsumer,
        names: TopicNames,
        ends: Callable[[list[TopicPartition]], Mapping[TopicPartition, int]],
        patience_ms: int,
    ) -> None:
        self.lost: list[LostRecords] = []
        self._consumer = consumer
        self._names = names
        self._ends = ends
        self._patience_ms = patience_ms

    def now(self, partition: TopicPartition) -> int | None:
        """Position in a partition; `None` while it isn't known."""
        try:
            position = self._consumer.position(partition, timeout_ms=1000)
        except kafka_errors.KafkaError:
            return None
        return None if position is None else int(position)

    @unknown_if_it_fails()
    def committed(self, partition: TopicPartition) -> int | None:
        """The group's committed offset of a partition; `None` if it has none."""
        offset = self._consumer.committed(partition, timeout_ms=self._patience_ms)
        return None if offset is None else int(offset)

    @unknown_if_it_fails()
    def go_back(self, partitions: Iterable[TopicPartition]) -> None:
        """Read on from the committed offsets, or from the first record."""
        self.seek({partition: self.committed(partition) or 0 for partition in partitions})

    @unknown_if_it_fails()
    def skip_deleted(self, partitions: Iterable[TopicPartition]) -> None:
        """Go on after the records that were deleted before they were read."""
        positions = {part: self._consumer.position(part) for part in partitions}
        self._seek({part: int(at) for part, at in positions.items() if at is not None})

    @unknown_if_it_fails()
    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read on from `positions`, or from the first record after them."""
        places = set(map(self._place, positions))
        self.lost = [loss for loss in self.lost if loss.place not in places]
        self._seek(positions)

    def _seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Set positions, and add what was deleted to `lost`."""
        if not positions:
            return
        firsts = self._consumer.beginning_offsets(list(positions))
        ends = self._ends(list(positions))
        for partition, position in positions.items():
            if position > (end := ends[partition]):
                raise recreated_error(f"{self._names.name}: {partition.topic}", position, end)
            first = int(firsts[partition])
            if position < first:
                self.lost.append(LostRecords(self._place(partition), position, first))
            self._consumer.seek(partition, max(first, position))

    def _place(self, on_broker: TopicPartition) -> Place:
        return Place(self._names.ours(on_broker.topic), on_broker.partition)
