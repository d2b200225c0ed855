"""Where a member of a group reads on: at what is committed, and behind what is gone."""

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
    """The positions of a consumer, and what it could not read any more.

    Parameters
    ----------
    consumer
        Whose they are.
    names
        Our names for topics, and the cluster's.
    ends
        Where partitions end, open transactions included.
    patience_ms
        How long a transaction that a dead worker left open may hide the committed positions.
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

    def now(self, there: TopicPartition) -> int | None:
        """Offset of the next record of a partition; `None` while that isn't known."""
        try:
            found = self._consumer.position(there, timeout_ms=1000)
        except kafka_errors.KafkaError:
            return None
        return None if found is None else int(found)

    @unknown_if_it_fails()
    def committed(self, there: TopicPartition) -> int | None:
        """The group's committed position of a partition; `None` if it has none."""
        found = self._consumer.committed(there, timeout_ms=self._patience_ms)
        return None if found is None else int(found)

    @unknown_if_it_fails()
    def go_back(self, places: Iterable[TopicPartition]) -> None:
        """Read on from the committed positions, or from the first record there is."""
        self.seek({there: self.committed(there) or 0 for there in places})

    @unknown_if_it_fails()
    def skip_deleted(self, places: Iterable[TopicPartition]) -> None:
        """Go on behind what was deleted before it was read."""
        positions = {there: self._consumer.position(there) for there in places}
        self._seek({there: int(at) for there, at in positions.items() if at is not None})

    @unknown_if_it_fails()
    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read on from `positions`, or from the first records there are."""
        places = {self._place(there) for there in positions}
        self.lost = [one for one in self.lost if one.place not in places]
        self._seek(positions)

    def _seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read on, and note what is gone."""
        if not positions:
            return
        firsts = self._consumer.beginning_offsets(list(positions))
        ends = self._ends(list(positions))
        for there, position in positions.items():
            if position > ends[there]:
                raise recreated_error(f"{self._names.name}: {there.topic}", position, ends[there])
            first = int(firsts[there])
            if position < first:
                self.lost.append(LostRecords(self._place(there), position, first))
            self._consumer.seek(there, max(first, position))

    def _place(self, there: TopicPartition) -> Place:
        return Place(self._names.ours(there.topic), there.partition)
