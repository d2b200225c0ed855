"""What kafka-python doesn't say to a member of a group: that it was thrown out, or replaced.

Rule 1: who comes back to a group under a new id was thrown out of it, and others may have held its
partitions meanwhile. Kafka-python claims them on, and keeps where it was in them, if it learns of
that in the middle of a rebalance.
Rule 2: who is replaced under the name of its instance gets no error before it commits. Kafka-python
only ceases to send heartbeats.
Rule 3: a join that was begun is finished. Kafka-python begins one because the topics look different
than when they were shared out; if the poll ends before the join does, they look the same to the
next one, which sees no need to go on: a member without heartbeats and without partitions, for ever
(KAFKA-9815 was this in the Java client).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import ConsumerRebalanceListener

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kafka import KafkaConsumer, TopicPartition


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Notes what was taken away; it runs on the client's own thread, where nothing else may."""

    def __init__(self) -> None:
        self._places: set[TopicPartition] = set()
        self._id: str | None = None

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._places.update(revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._places.update(lost)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing: whoever asks the consumer knows."""

    def interrupted(self, member_id: str, held: set[TopicPartition]) -> set[TopicPartition]:
        """Return what may have been another's, if only for a moment, since this was last asked.

        `member_id` is what this member is called now, and `held` what it holds.
        """
        gone, self._places = self._places, set()
        before, self._id = self._id, member_id
        return gone if before in (None, member_id) else gone | held

    def uninterrupted(self, member_id: str) -> bool:
        """Whether nothing that was held can have been another's since `interrupted` was asked."""
        return not self._places and member_id == self._id


def go_on_joining(consumer: KafkaConsumer) -> None:
    """See to it that the next poll goes on with a join that an earlier one began."""
    coordinator = consumer._coordinator  # noqa: SLF001, nothing public does; its version is pinned
    if coordinator.rejoining:
        coordinator.request_rejoin()


def replaced(consumer: KafkaConsumer) -> bool:
    """Whether another process has joined under the instance's name."""
    coordinator = consumer._coordinator  # noqa: SLF001, nothing public tells; its version is pinned
    with coordinator._lock:  # noqa: SLF001, the same
        beating = coordinator._heartbeat_enabled  # noqa: SLF001, the same
        return bool(coordinator.stable() and not coordinator.rejoining and not beating)
