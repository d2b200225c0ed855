"""Which member of a group holds which partitions: the same number of every topic, moved one by one.

Whoever holds partition 3 of `tasks` must hold partition 3 of `labels`, and a desk is dear to move.
None of kafka-python's assignors gives both: range keeps numbers together but takes everything from
everybody at each change, cooperative-sticky moves little but parts the numbers.
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
    """Share `partitions` between members, who keep what they own as far as that is fair.

    Parameters
    ----------
    owned
        For each member what it owns now, in the order in which members come first.
    partitions
        All there are.

    Examples
    --------
    >>> share_partitions({"a": [0, 1, 2, 3], "b": []}, range(4))
    {'a': [0, 1], 'b': [2, 3]}
    >>> share_partitions({"a": [0, 2], "b": [], "c": [3]}, range(4))
    {'a': [0, 2], 'b': [1], 'c': [3]}
    """
    left = set(partitions)
    least, more = divmod(len(left), len(owned))
    shares: dict[str, list[int]] = {}
    # Those who own most come first to the shares that are one larger: so the least is moved.
    for member in sorted(owned, key=lambda one: -len(owned[one])):
        quota = least + (more > 0)
        kept = sorted(left.intersection(owned[member]))[:quota]
        more -= len(kept) > least
        left -= set(kept)
        shares[member] = kept
    free = sorted(left)
    for size in (least, least + 1):
        for member in owned:
            while free and len(shares[member]) < size:
                shares[member].append(free.pop(0))
    return {member: sorted(shares[member]) for member in owned}


class CopartitionAssignor(AbstractPartitionAssignor):  # type: ignore[misc]
    """Assigns by partition number, and takes nothing from a member that it may keep.

    A partition that moves is given up in one round and given to its new owner in the next
    (KIP-429), so it never has two.

    Parameters
    ----------
    owned
        What this member holds now. Kafka-python's own assignors remember what they were last
        given, and claim it still after they have lost it.
    counts
        How many partitions each topic has. A client that has just begun may lead its group before
        it has heard that, and would give nothing to anybody.
    """

    name = NAME
    version = 1

    def __init__(
        self, owned: Callable[[], Iterable[TopicPartition]], counts: Mapping[str, int]
    ) -> None:
        self.generation = -1  # the last of which the assignment has arrived
        self._owned = owned
        self._counts = counts

    def supported_protocols(self) -> list[RebalanceProtocol]:
        return [RebalanceProtocol.COOPERATIVE]

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolSubscription:
        claim = ConsumerProtocolSubscription.TopicPartition
        by_topic: dict[str, list[int]] = defaultdict(list)
        for place in self._owned():
            by_topic[place.topic].append(place.partition)
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
        order = sorted(
            members, key=lambda one: (one.group_instance_id is None, one.group_instance_id or "")
        )
        topics = sorted({topic for member in members for topic in member.metadata.topics})
        ways = {
            topic: cluster.partitions_for_topic(topic) or set(range(self._counts.get(topic, 0)))
            for topic in topics
        }
        claims = {one.member_id: _numbers(one.metadata) for one in order}
        times: dict[int, int] = defaultdict(int)
        for numbers in claims.values():
            for number in numbers:
                times[number] += 1
        shares = share_partitions(
            {member: sorted(numbers) for member, numbers in claims.items()},
            set().union(*ways.values()),
        )
        given = {}
        for member, share in shares.items():
            # What somebody else still claims is given up first, and given in the next round.
            now = [one for one in share if times[one] == (1 if one in claims[member] else 0)]
            assigned = [(topic, [one for one in now if one in ways[topic]]) for topic in topics]
            given[member] = ConsumerProtocolAssignment(self.version, assigned, b"")
        return given

    def on_assignment(self, assignment: Any, generation: int) -> None:
        self.generation = generation  # what was assigned is `owned` by now


def _numbers(metadata: Any) -> set[int]:
    claims = getattr(metadata, "owned_partitions", None) or ()
    return {number for claim in claims for number in claim.partitions}
