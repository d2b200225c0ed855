"""Deferred tasks lose no record, repeat none, and keep the order of every partition."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from streams.log.log import Place, Record
from streams.log.topics import LABELS, TASKS
from streams.worker.deferred_tasks import DeferredTasks

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTITIONS = (0, 1, 2)
partitions = st.sets(st.sampled_from(PARTITIONS))
polls = st.lists(
    st.tuples(
        st.lists(
            st.tuples(st.sampled_from((TASKS, LABELS)), st.sampled_from(PARTITIONS)), max_size=6
        ),
        partitions,  # whose desks' time is behind
        partitions | st.just(set(PARTITIONS)),  # that are held
    ),
    max_size=12,
)
Polls = list[tuple[list[tuple[str, int]], set[int], set[int]]]


def played(script: Polls) -> Iterator[tuple[list[Record], set[int], set[int]]]:
    """Yield the records of each poll, from partitions held, with the script's other sets."""
    offsets = count()
    for places, behind, held in script:
        yield (
            [
                Record(topic, part, next(offsets), b"", b"")
                for topic, part in places
                if part in held
            ],
            behind,
            held,
        )


def of_held(held: set[int]) -> set[Place]:
    return {Place(topic, part) for topic in (TASKS, LABELS) for part in held}


@given(polls)
def test_each_record_is_handled_once_or_waits_or_is_read_by_another_member(script: Polls) -> None:
    deferred = DeferredTasks()
    waiting: list[Record] = []
    for records, behind, held in played(script):
        ready = deferred.sort(records, behind, of_held(held))
        kept = [task for task in waiting if task.partition in held]
        now = [task for task in kept if task.partition not in behind]
        new = [each for each in records if each.topic != TASKS or each.partition not in behind]
        assert sorted(ready) == sorted([*now, *new])
        waiting = [task for task in kept if task.partition in behind]
        waiting += [each for each in records if each not in new]
    rest = deferred.sort([], set(), of_held(set(PARTITIONS)))
    assert sorted(rest) == sorted(waiting)


@given(polls)
def test_tasks_of_a_partition_are_handled_in_the_order_of_their_offsets(script: Polls) -> None:
    deferred = DeferredTasks()
    handled: list[Record] = []
    for records, behind, held in played(script):
        handled += deferred.sort(records, behind, of_held(held))
    handled += deferred.sort([], set(), of_held(set(PARTITIONS)))
    for part in PARTITIONS:
        offsets = [
            each.offset for each in handled if each.topic == TASKS and each.partition == part
        ]
        assert offsets == sorted(set(offsets))


@given(polls, partitions)
def test_it_waits_exactly_if_deferred_tasks_can_be_handled_now(
    script: Polls, behind_now: set[int]
) -> None:
    deferred = DeferredTasks()
    for records, behind, held in played(script):
        deferred.sort(records, behind, of_held(held))
    waits = deferred.waits(behind_now)
    assert waits == bool(deferred.sort([], behind_now, of_held(set(PARTITIONS))))


@given(polls)
def test_what_is_forgotten_will_be_read_again(script: Polls) -> None:
    deferred = DeferredTasks()
    for records, behind, held in played(script):
        deferred.sort(records, behind, of_held(held))
    deferred.forget()
    assert not deferred.waits(set())
    assert not deferred.sort([], set(), of_held(set(PARTITIONS)))
