"""Changes of group membership that kafka-python does not report: removed, or replaced.

Rule 1: a member that comes back to its group with a new id was removed from it, and others may have
held its partitions meanwhile. kafka-python goes on claiming them, and keeps its positions, if it
learns of that during a rebalance.
Rule 2: a member that is replaced under its instance name gets no error before it commits;
kafka-python only stops sending heartbeats.
Rule 3: a join that was begun is finished. kafka-python begins one because the topics differ from
those of the assignment; if the poll ends before the join does, the next poll sees no difference and
does not go on: a member without heartbeats and without partitions, for ever (KAFKA-9815 was this in
the Java client).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kafka import ConsumerRebalanceListener

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kafka import KafkaConsumer, TopicPartition


class Membership(ConsumerRebalanceListener):  # type: ignore[misc]
    """Records revoked partitions; it runs on the client's own thread, where nothing else may."""

    def __init__(self) -> None:
        self._revoked: set[TopicPartition] = set()
        self._id: str | None = None

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._revoked.update(revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._revoked.update(lost)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing: the consumer has the assignment."""

    def interrupted(self, member_id: str, held: set[TopicPartition]) -> set[TopicPartition]:
        """Return the partitions that another member may have held since the last call.

        `member_id` is this member's id now, and `held` its assignment.
        """
        revoked, self._revoked = self._revoked, set()
        before, self._id = self._id, member_id
        return revoked if before in (None, member_id) else revoked | held

    def uninterrupted(self, member_id: str) -> bool:
        """Whether no other member can have held a partition of this one since `interrupted`."""
        return not self._revoked and member_id == self._id


def go_on_joining(consumer: KafkaConsumer) -> None:
    """Make the next poll go on with a join that an earlier one began."""
    coordinator = consumer._coordinator  # noqa: SLF001, nothing public does this; its version is pinned
    if coordinator.rejoining:
        coordinator.request_rejoin()


def replaced(consumer: KafkaConsumer) -> bool:
    """Whether another process has joined with this member's instance name."""
    coordinator = consumer._coordinator  # noqa: SLF001, nothing public tells; its version is pinned
    with coordinator._lock:  # noqa: SLF001, the same
        beating = coordinator._heartbeat_enabled  # noqa: SLF001, the same
        return bool(coordinator.stable() and not coordinator.rejoining and not beating)
