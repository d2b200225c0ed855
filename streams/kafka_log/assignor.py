"""Partition assignor of a consumer group: co-partitioned, sticky and cooperative (KIP-429).

The member that holds partition 3 of `tasks` must hold partition 3 of `labels`, and a desk is costly
to move. None of kafka-python's assignors does both: range co-partitions but revokes everything at
each rebalance, cooperative-sticky moves little but does not co-partition.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from kafka.coordinator.assignors.abstract import AbstractPartitionAssignor, RebalanceProtocol
from kafka.protocol.consumer.metadata import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from kafka import TopicPartition

NAME = "poolwise-together"


def share_partitions(
    owned: Mapping[str, Sequence[int]], partitions: Iterable[int]
) -> dict[str, list[int]]:
    """Share `partitions` evenly among members, each of which keeps what it owns as far as possible.

    Parameters
    ----------
    owned
        The partitions that each member owns now; members that come first get spare ones first.
    partitions
        All partitions to assign.

    Examples
    --------
    >>> share_partitions({"a": [0, 1, 2, 3], "b": []}, range(4))
    {'a': [0, 1], 'b': [2, 3]}
    >>> share_partitions({"a": [0, 2], "b": [], "c": [3]}, range(4))
    {'a': [0, 2], 'b': [1], 'c': [3]}
    """
    unassigned = set(partitions)
    least, larger_shares = divmod(len(unassigned), len(owned))
    shares: dict[str, list[int]] = {}
    # Members that own most get the shares that are one larger, so that fewest partitions move.
    for member in sorted(owned, key=lambda member: -len(owned[member])):
        quota = least + (larger_shares > 0)
        kept = sorted(unassigned.intersection(owned[member]))[:quota]
        larger_shares -= len(kept) > least
        unassigned -= set(kept)
        shares[member] = kept
    free = sorted(unassigned)
    for size in (least, least + 1):
        for member in owned:
            while free and len(shares[member]) < size:
                shares[member].append(free.pop(0))
    return {member: sorted(shares[member]) for member in owned}


class CopartitionAssignor(AbstractPartitionAssignor):  # type: ignore[misc]
    """Assigns the same partition numbers of every topic to a member, and moves as few as it can.

    A partition that moves is revoked in one rebalance and assigned to its new owner in the next
    (KIP-429), so it never has two owners.

    Parameters
    ----------
    owned
        What this member holds now. Kafka-python's own assignors remember their last assignment,
        and still claim it after they have lost it.
    counts
        Number of partitions of each topic. A client that has just started may lead its group
        before it has this metadata, and would assign nothing.
    """

    name = NAME
    version = 1

    def __init__(
        self, owned: Callable[[], Iterable[TopicPartition]], counts: Mapping[str, int]
    ) -> None:
        self.generation = -1  # of the last assignment that has arrived
        self._owned = owned
        self._counts = counts

    def supported_protocols(self) -> list[RebalanceProtocol]:
        return [RebalanceProtocol.COOPERATIVE]

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolSubscription:
        claim = ConsumerProtocolSubscription.TopicPartition
        by_topic: dict[str, list[int]] = defaultdict(list)
        for owned in self._owned():
            by_topic[owned.topic].append(owned.partition)
        return ConsumerProtocolSubscription(
            version=self.version,
            topics=sorted(topics),
            user_data=b"",
            owned_partitions=[
                claim(topic=topic, partitions=sorted(numbers))
                for topic, numbers in sorted(by_topic.items())
            ],
        )

    def assign(self, cluster: Any, members: Sequence[Any]) -> dict[str, ConsumerProtocolAssignment]:
        ordered = sorted(
            members,
            key=lambda member: (member.group_instance_id is None, member.group_instance_id or ""),
        )
        topics = sorted({topic for member in members for topic in member.metadata.topics})
        numbers_of = {
            topic: cluster.partitions_for_topic(topic) or set(range(self._counts.get(topic, 0)))
            for topic in topics
        }
        claims = {member.member_id: _claimed(member.metadata) for member in ordered}
        claimants: dict[int, int] = defaultdict(int)
        for numbers in claims.values():
            for number in numbers:
                claimants[number] += 1
        shares = share_partitions(
            {member: sorted(numbers) for member, numbers in claims.items()},
            set().union(*numbers_of.values()),
        )
        assignments = {}
        for member, share in shares.items():
            # What another member still claims is revoked first, and assigned in the next rebalance.
            free = [n for n in share if claimants[n] == (1 if n in claims[member] else 0)]
            assigned = [(topic, [n for n in free if n in numbers_of[topic]]) for topic in topics]
            assignments[member] = ConsumerProtocolAssignment(self.version, assigned, b"")
        return assignments

    def on_assignment(self, assignment: Any, generation: int) -> None:
        self.generation = generation  # `owned` has the assignment by now


def _claimed(metadata: Any) -> set[int]:
    claims = getattr(metadata, "owned_partitions", None) or ()
    return {number for claim in claims for number in claim.partitions}
