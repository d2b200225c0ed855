"""Closed tasks are forgotten in the order of a sorted list, and a dropped batch forgets none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bandit.desk.closed_tasks import ClosedEntry, ClosedTasks
from bandit.events import Task
from bandit.reasons import DecisionReason
from bandit.task.state import AskState, TaskState

if TYPE_CHECKING:
    from collections.abc import Iterator

Step = tuple[str, int, float]

steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(
            ("close", "close", "audit", "audit", "age", "crowd", "crowd", "keep", "drop", "restore")
        ),
        st.integers(0, 2),
        st.sampled_from((0.0, 1.0, 1.5, 3.0, 8.0)),
    ),
    max_size=40,
)


def audit(expires_at: float) -> AskState:
    return AskState(
        ask=1,
        pool="experts",
        at=0.0,
        expires_at=expires_at,
        why=DecisionReason.AUDIT,
        usd=0.5,
        pmf={"experts": 1.0},
        propensity=1.0,
        system={},
        signals={},
        quality=1.0,
    )


class Model:
    """Closed tasks with the time from which each may be forgotten, kept and as the batch has it."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[float, float]] = {}
        self.live: dict[str, tuple[float, float]] = {}

    def task(self, name: str) -> TaskState | None:
        """Return the state of a task: when it closed, and when its audit ends."""
        if name not in self.live:
            return None
        closed_at, audited_to = self.live[name]
        task = Task(task=name, project="p", at=0.0, classes=("yes", "no"))
        return TaskState(task=task, closed_at=closed_at, asks=[audit(audited_to)])

    def in_order(self) -> list[ClosedEntry]:
        return sorted(ClosedEntry(max(times), name) for name, times in self.live.items())

    def to_forget(self, most: int, now: float) -> list[str]:
        order = self.in_order()
        first = order[: max(len(order) - most, 0)]
        return [entry.task for entry in first if entry.at <= now]


def crowded(closed: ClosedTasks, model: Model, most: int, now: float) -> Iterator[str]:
    """Forget the tasks beyond `most`, and yield the name of each."""
    for state in closed.first_beyond(most, now, model.task, model.live.__contains__):
        del model.live[state.task.task]
        closed.remove()
        yield state.task.task


def play(closed: ClosedTasks, model: Model, step: Step) -> None:
    """Do one step with both."""
    match step:
        case "close", number, at if f"t{number}" not in model.live:
            model.live[f"t{number}"] = (at, 0.0)
            closed.add(f"t{number}", at)
        case "audit", number, at if f"t{number}" in model.live:  # it gets no entry of its own
            closed_at, audited_to = model.live[f"t{number}"]
            model.live[f"t{number}"] = (closed_at, max(audited_to, at))
        case "age", number, _ if f"t{number}" in model.live:
            del model.live[f"t{number}"]
            closed.remove()
        case "crowd", most, now:
            names = model.to_forget(most, now)
            assert list(crowded(closed, model, most, now)) == names
        case "keep", _, _:
            closed.keep()
            model.kept = dict(model.live)
        case "drop", _, _:
            closed.drop()
            model.live = dict(model.kept)
        case "restore", _, _:
            closed.restore(model.in_order())
            closed.keep()
            model.kept = dict(model.live)


@given(steps)
def test_the_tasks_to_forget_are_the_first_of_a_sorted_list_beyond_the_most(
    script: list[Step],
) -> None:
    closed, model = ClosedTasks(), Model()
    for step in script:
        play(closed, model, step)
        assert len(closed) == len(model.live) <= closed.entries
    names = model.to_forget(0, 9.0)
    assert list(crowded(closed, model, 0, 9.0)) == names
    assert len(closed) == 0


@given(steps, st.integers(0, 3))
def test_what_a_dropped_batch_has_forgotten_is_forgotten_again_in_the_same_order(
    script: list[Step], most: int
) -> None:
    closed, model = ClosedTasks(), Model()
    for step in script:
        play(closed, model, step)
    play(closed, model, ("keep", 0, 0.0))
    first = list(crowded(closed, model, most, 9.0))
    play(closed, model, ("drop", 0, 0.0))
    assert list(crowded(closed, model, most, 9.0)) == first


@given(steps)
def test_entries_of_tasks_forgotten_by_their_age_do_not_outlast_the_next_look(
    script: list[Step],
) -> None:
    """Those at the front are removed although the desk is not crowded."""
    closed, model = ClosedTasks(), Model()
    for step in script:
        play(closed, model, step)
    model.live.clear()
    assert list(crowded(closed, model, 1000, 0.0)) == []
    assert closed.entries == 0
