"""The queues of a desk give what a sorted list of its waiting tasks would, batch by batch."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.desk.queues import SLACK, Queues, need_of
from bandit.events import Task
from bandit.task.state import TaskState
from bandit.task.worth import DEFAULT_USD

Step = tuple[str, int, TaskState]

states = st.builds(
    TaskState,
    task=st.builds(
        Task,
        task=st.sampled_from(("t1", "t2", "t3", "t4", "t5", "t6")),
        project=st.sampled_from("pq"),
        at=st.sampled_from((0.0, 1.0)),
        classes=st.just(("yes", "no")),
        value_usd=st.none() | st.sampled_from((1.0, 50.0)),
        deadline_at=st.none() | st.sampled_from((5.0, 9.0)),
        skills=st.sampled_from(((), ("es",), ("es", "fr"), ("fr", "es"))),
    ),
    waits_for=st.just(("a",)),
    worth_usd=st.none() | st.sampled_from((0.5, 1.0, 50.0)),
)
TASK = Task(task="none", project="p", at=0.0, classes=("yes", "no"))
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(("add", "add", "add", "take", "close", "keep", "drop")),
        st.integers(1, 3),
        states,
    ),
    max_size=40,
)


class Desk:
    """Waiting tasks by name, as kept and as the batch has made them, and the queues over them."""

    def __init__(self) -> None:
        self.kept: dict[str, TaskState] = {}
        self.live: dict[str, TaskState] = {}
        self.queues = Queues()

    def play(self, step: Step) -> None:
        action, count, state = step
        match action:
            case "add":
                self.live[state.task.task] = state
                self.queues.add(state)
            case "close":
                self.live.pop(state.task.task, None)
            case "take":
                for _ in range(count):
                    self.take(state.task.project)
            case "keep":
                self.kept = dict(self.live)
                self.queues.keep(self.kept.get)
            case _:
                self.live = dict(self.kept)
                self.queues.drop()

    def take(self, project: str) -> TaskState | None:
        """Take the first task of a project, which then waits no more; compare it with the list."""
        state = self.queues.take(self.queues.needs(project), self.live.get)
        waiting = [each for each in self.waiting() if each.task.project == project]
        assert state == min(waiting, key=place, default=None)
        if state is not None:
            self.live[state.task.task] = msgspec.structs.replace(state, waits_for=())
        return state

    def waiting(self) -> list[TaskState]:
        return [state for state in self.live.values() if state.waits_for]


def place(state: TaskState) -> tuple[Any, ...]:
    """Order of service: the worth, the deadline, the age; then names, for equal ones."""
    usd = state.worth_usd
    if usd is None:
        usd = state.task.value_usd or DEFAULT_USD
    deadline_at = state.task.deadline_at
    return -usd, math.inf if deadline_at is None else deadline_at, state.task.at, state.task.task


@given(steps)
def test_tasks_are_taken_in_the_order_of_a_sorted_list_each_once(script: list[Step]) -> None:
    desk = Desk()
    for step in script:
        desk.play(step)
        for project in "pq":
            waits = any(state.task.project == project for state in desk.waiting())
            assert (desk.queues.waits_since(project, desk.live.get) is not None) == waits
    while desk.waiting():
        assert any(desk.take(project) for project in "pq")


@given(steps, st.lists(st.sampled_from("pq"), max_size=6))
def test_a_batch_that_is_dropped_is_taken_again_in_the_same_order(
    script: list[Step], projects: list[str]
) -> None:
    desk = Desk()
    for step in script:
        desk.play(step)
    desk.kept = dict(desk.live)
    desk.queues.keep(desk.kept.get)
    first = [desk.take(project) for project in projects]
    desk.live = dict(desk.kept)
    desk.queues.drop()
    assert [desk.take(project) for project in projects] == first


@given(steps)
def test_all_tasks_of_one_queue_need_the_same_pools(script: list[Step]) -> None:
    desk = Desk()
    for step in script:
        desk.play(step)
    for state in desk.waiting():
        assert need_of(state) in desk.queues.needs(state.task.project)
    for project in desk.queues.projects():
        needs = desk.queues.needs(project)
        assert len({frozenset(need.skills) for need in needs}) == len(needs)
        for need in needs:
            first = desk.queues.first(need, desk.live.get)
            assert first is None or need_of(first[1]) == need


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(800, 900), st.sampled_from((10, 50))), max_size=8))
def test_a_sweep_loses_no_waiting_task_and_bounds_the_rest(batches: list[tuple[int, int]]) -> None:
    """Of each batch every n-th task goes on waiting."""
    desk = Desk()
    for number, (size, nth) in enumerate(batches):
        for i in range(size):
            task = Task(task=f"{number}/{i}", project="p", at=float(i), classes=("yes", "no"))
            desk.play(("add", 0, TaskState(task=task, waits_for=("a",))))
            if i % nth:
                del desk.live[task.task]
        desk.play(("keep", 0, TaskState(task=TASK)))
        assert desk.queues._entries <= 2 * len(desk.live) + SLACK
    names = sorted(desk.waiting(), key=place)
    taken = [desk.queues.take(desk.queues.needs("p"), desk.live.get) for _ in names]
    assert taken == names
