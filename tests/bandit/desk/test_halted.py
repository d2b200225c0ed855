"""Halted tasks come back oldest first from the queue that halted them, and a drop undoes that."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from bandit.desk.halted import HaltedTasks
from bandit.events import Task, Verdict
from bandit.reasons import Basis, StopReason
from bandit.task.state import TaskState

Step = tuple[str, str, str, float, int]
Queue = tuple[str, str]

steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(("add", "add", "add closed", "take", "leave", "keep", "drop")),
        st.sampled_from("pq"),
        st.sampled_from(("paused", "cap:5.0 on day 1")),
        st.sampled_from((0.0, 1.0, 2.5)),
        st.integers(0, 4),
    ),
    max_size=40,
)


def halted_task(
    name: str, project: str, situation: str, at: float, *, is_closed: bool = False
) -> TaskState:
    verdict = Verdict(
        task=name,
        project=project,
        revision=0,
        at=at,
        answer="yes",
        confidence=0.9,
        raw_confidence=0.9,
        posterior={"yes": 0.9, "no": 0.1},
        labels=1,
        usd=0.1,
        delay_s=1.0,
        basis=Basis.SINGLE,
        why=StopReason.VALUE,
        worth_usd=1.0,
        audited=True,
        audit_propensity=0.1,
    )
    return TaskState(
        task=Task(task=name, project=project, at=0.0, classes=("yes", "no")),
        halted=situation,
        halted_at=at,
        verdict=verdict if is_closed else None,
    )


class Model:
    """The entries of each queue as a bag, those taken out since the last keep, and two counts."""

    def __init__(self) -> None:
        self.queues: dict[Queue, list[tuple[float, str]]] = {}
        self.taken: list[tuple[Queue, tuple[float, str]]] = []
        self.open_count = self.open_count_kept = 0

    def take(self, queue: Queue, count: int) -> list[tuple[float, str]]:
        entries = sorted(self.queues[queue])
        self.queues[queue] = entries[count:]
        self.taken += [(queue, entry) for entry in entries[:count]]
        return entries[:count]

    def keep(self) -> None:
        self.taken.clear()
        self.open_count_kept = self.open_count

    def drop(self) -> None:
        for queue, entry in self.taken:
            self.queues[queue].append(entry)
        self.taken.clear()
        self.open_count = self.open_count_kept


def play(halted: HaltedTasks, model: Model, step: Step) -> None:
    """Do one step with both."""
    action, project, situation, at, number = step
    queue, name = (project, situation), f"t{number}"
    match action:
        case "add" | "add closed":
            state = halted_task(name, *queue, at, is_closed=action == "add closed")
            halted.add(state)
            model.queues.setdefault(queue, []).append((at, name))
            model.open_count += action == "add"
        case "leave" if model.open_count:
            halted.leave(halted_task(name, *queue, at))
            model.open_count -= 1
        case "take" if queue in halted.queues():
            assert list(islice(halted.take(*queue), number)) == model.take(queue, number)
        case "keep":
            halted.keep()
            model.keep()
        case "drop":
            halted.drop()
            model.drop()


@given(steps)
def test_each_queue_is_a_bag_that_gives_the_longest_halted_first(script: list[Step]) -> None:
    halted, model = HaltedTasks(), Model()
    for step in script:
        play(halted, model, step)
        assert halted.open_count == model.open_count
        for queue, entries in model.queues.items():
            if entries:
                assert Counter(halted.entries(*queue)) == Counter(entries)
    halted.drop()
    model.drop()
    for queue in halted.queues():
        assert list(halted.take(*queue)) == sorted(model.queues[queue])


@given(steps)
def test_queues_that_are_empty_for_good_are_not_looked_at_again(script: list[Step]) -> None:
    """Else every tick would look at each situation that there has ever been."""
    halted, model = HaltedTasks(), Model()
    for step in script:
        play(halted, model, step)
    for queue in halted.queues():
        list(halted.take(*queue))
    emptied = [queue for queue, entries in model.queues.items() if entries]
    assert set(halted.queues()) >= set(emptied)
    halted.keep()
    assert not any(halted.entries(*queue) for queue in halted.queues())
    assert not set(halted.queues()) & set(emptied)
    assert halted.queues() == sorted(halted.queues())
