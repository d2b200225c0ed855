"""Laws of the assignor, over groups whose members come, go and are wrong about what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition

from streams.kafka_log.assignor import CopartitionAssignor, share_partitions

if TYPE_CHECKING:
    from collections.abc import Iterable

TOPICS = ("tasks", "labels")
MOST_ROUNDS = 3
"""One in which a false claim is given up, one in which partitions are, one that gives them."""


class Member(NamedTuple):
    """A member as the group's leader sees it."""

    member_id: str
    group_instance_id: str | None
    metadata: Any


@dataclass
class Group:
    """A group of consumers, each with its own assignor, that rebalances round by round."""

    partitions: int
    owned: dict[str, set[TopicPartition]] = field(default_factory=dict)
    static: frozenset[str] = frozenset()

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self.partitions)) if topic in TOPICS else None

    def round(self, topics: Iterable[str] = TOPICS) -> bool:
        """Rebalance once; whether somebody had to give something up, and so asks for another."""
        assignors = {name: CopartitionAssignor(mine.copy, {}) for name, mine in self.owned.items()}
        members = [
            Member(name, name if name in self.static else None, assignor.metadata(topics))
            for name, assignor in assignors.items()
        ]
        leader = next(iter(assignors.values()))
        given = {
            name: {TopicPartition(t, p) for t, numbers in one.assigned_partitions for p in numbers}
            for name, one in leader.assign(self, members).items()
        }
        never_two_owners(self.owned, given)
        gave_up = any(self.owned[name] - given[name] for name in self.owned)
        self.owned = given
        return gave_up

    def settle(self) -> None:
        """Rebalance until nobody asks for another round."""
        for _ in range(MOST_ROUNDS):
            if not self.round():
                return
        pytest.fail(f"still not settled after {MOST_ROUNDS} rounds")

    def numbers(self) -> dict[str, list[int]]:
        """Which partitions of tasks each member has."""
        return {
            name: sorted(one.partition for one in mine if one.topic == "tasks")
            for name, mine in self.owned.items()
        }


def never_two_owners(
    claimed: dict[str, set[TopicPartition]], given: dict[str, set[TopicPartition]]
) -> None:
    """What a member is given, nobody else is given or still has."""
    for name, mine in given.items():
        for other in claimed.keys() - {name}:
            assert not mine & given[other]
            assert not mine & claimed[other]


def well_shared(group: Group) -> None:
    """Every partition has one owner, of all its topics, and the shares are fair within one."""
    numbers = group.numbers()
    assert sorted(p for mine in numbers.values() for p in mine) == list(range(group.partitions))
    sizes = [len(mine) for mine in numbers.values()]
    assert max(sizes) - min(sizes) <= 1
    for name, mine in group.owned.items():
        assert mine == {TopicPartition(topic, p) for topic in TOPICS for p in numbers[name]}


def fewest_moves(sizes: list[int], partitions: int) -> int:
    """How many partitions must leave their owner until the shares are fair."""
    least, larger = divmod(partitions, len(sizes))
    above = sum(max(0, size - least) for size in sizes)
    return above - min(larger, sum(size > least for size in sizes))


names = st.sampled_from([f"m{i}" for i in range(7)])
changes = st.lists(st.tuples(st.sampled_from(["join", "leave", "evict"]), names), max_size=12)


def change(group: Group, what: str, name: str) -> None:
    """Let a member come or go; one that is evicted does not know it, and claims what it had."""
    if what == "join":
        group.owned.setdefault(name, set())
    elif len(group.owned) > 1 and name in group.owned:
        claimed = group.owned.pop(name)
        if what == "evict":
            group.settle()
            group.owned[name] = claimed


@given(st.integers(1, 20), st.frozensets(names), changes)
def test_whatever_comes_and_goes_each_partition_has_one_owner(
    partitions: int, static: frozenset[str], happens: list[tuple[str, str]]
) -> None:
    group = Group(partitions, {"m0": set()}, static)
    group.settle()
    for what, name in happens:
        change(group, what, name)
        group.settle()
        well_shared(group)


@given(st.integers(1, 20), changes)
def test_it_may_happen_faster_than_the_group_settles(
    partitions: int, happens: list[tuple[str, str]]
) -> None:
    group = Group(partitions, {"m0": set()})
    for what, name in happens:
        change(group, what if what != "evict" else "leave", name)
        group.round()
    group.settle()
    well_shared(group)


@given(st.integers(1, 20), changes)
def test_no_more_is_moved_than_must_be(partitions: int, happens: list[tuple[str, str]]) -> None:
    group = Group(partitions, {"m0": set()})
    group.settle()
    for what, name in happens:
        change(group, what if what != "evict" else "leave", name)
        before = group.numbers()
        group.settle()
        after = group.numbers()
        moved = sum(len(set(mine) - set(after[name])) for name, mine in before.items())
        assert moved == fewest_moves([len(mine) for mine in before.values()], partitions)


@given(st.integers(1, 20), st.lists(names, min_size=1, unique=True))
def test_a_settled_group_stays_as_it_is(partitions: int, members: list[str]) -> None:
    group = Group(partitions, {name: set() for name in members})
    group.settle()
    before = group.owned
    assert not group.round()
    assert group.owned == before


@given(
    st.dictionaries(names, st.sets(st.integers(0, 30)), min_size=1),
    st.sets(st.integers(0, 25)),
)
def test_shares_are_shared_out_whatever_is_claimed(
    claims: dict[str, set[int]], partitions: set[int]
) -> None:
    shares = share_partitions({name: sorted(claims[name]) for name in claims}, partitions)
    assert sorted(p for share in shares.values() for p in share) == sorted(partitions)
    sizes = [len(share) for share in shares.values()]
    assert max(sizes) - min(sizes) <= 1


def test_what_two_claim_is_given_to_neither_in_that_round() -> None:
    both = {TopicPartition(topic, 0) for topic in TOPICS}
    group = Group(1, {"zombie": set(both), "owner": set(both)})
    assert group.round()
    assert group.owned == {"zombie": set(), "owner": set()}
    assert not group.round()
    well_shared(group)


def test_a_static_member_that_comes_back_with_nothing_gets_its_own_again() -> None:
    group = Group(6, {"b": set(), "a": set(), "c": set()}, frozenset("abc"))
    group.settle()
    before = group.owned.pop("b")
    group.owned["b"] = set()
    assert not group.round()
    assert group.owned["b"] == before


def test_a_topic_that_is_not_there_gives_nothing() -> None:
    group = Group(2, {"a": set()})
    group.round((*TOPICS, "gone"))
    well_shared(group)
