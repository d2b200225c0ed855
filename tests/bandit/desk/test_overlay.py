"""The overlay of a batch is a dictionary whose changes can be undone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bandit.desk.overlay import Overlay
from bandit.desk.records import encode, gold_key, task_key
from bandit.events import Gold, Task
from bandit.task.state import HeldGold, TaskState

Step = tuple[str, str, int]
Key = tuple[type, str]

names = st.sampled_from(("t1", "t2", "é/task", ""))
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(("put task", "remove task", "put gold", "remove gold", "keep", "drop")),
        names,
        st.integers(0, 2),
    ),
    max_size=30,
)


def waiting(name: str, decided: int) -> TaskState:
    return TaskState(
        task=Task(task=name, project="p", at=0.0, classes=("yes", "no")), decided=decided
    )


def held(name: str, at: int) -> HeldGold:
    return HeldGold(gold=Gold(task=name, answer="yes", at=0.0), at=float(at))


class Model:
    """Two dictionaries: what was kept, and what the batch has made of it."""

    def __init__(self) -> None:
        self.kept: dict[Key, Any] = {}
        self.live: dict[Key, Any] = {}
        self.touched: set[Key] = set()

    def change(self, key: Key, value: Any) -> None:
        self.touched.add(key)
        if value is None:
            self.live.pop(key, None)
        else:
            self.live[key] = value

    def changes(self) -> dict[bytes, bytes | None]:
        return {
            record_key(key): None if key not in self.live else encode(self.live[key])
            for key in self.touched
            if self.live.get(key) != self.kept.get(key)
        }


def record_key(key: Key) -> bytes:
    kind, name = key
    return task_key(name) if kind is TaskState else gold_key(name)


def play(overlay: Overlay, model: Model, step: Step) -> None:
    """Do one step with both."""
    match step:
        case "put task", name, number:
            overlay.put_task(waiting(name, number))
            model.change((TaskState, name), waiting(name, number))
        case "remove task", name, _:
            overlay.remove_task(name)
            model.change((TaskState, name), None)
        case "put gold", name, number:
            overlay.put_gold(held(name, number))
            model.change((HeldGold, name), held(name, number))
        case "remove gold", name, _:
            overlay.remove_gold(name)
            model.change((HeldGold, name), None)
        case "keep", _, _:
            overlay.keep(overlay.changes())
            model.kept, model.touched = dict(model.live), set()
        case _:
            overlay.drop()
            model.live, model.touched = dict(model.kept), set()


def sorted_records(records: Any) -> list[bytes]:
    return sorted(map(encode, records))


@given(steps)
def test_an_overlay_is_a_dictionary_whose_changes_are_kept_or_dropped(script: list[Step]) -> None:
    overlay, model = Overlay(), Model()
    for step in script:
        play(overlay, model, step)
        for name in ("t1", "t2", "é/task", ""):
            assert overlay.task(name, []) == model.live.get((TaskState, name))
            assert overlay.knows_task(name) == ((TaskState, name) in model.live)
            assert overlay.gold(name, []) == model.live.get((HeldGold, name))
        assert sorted_records(overlay.states([])) == sorted_records(model.live.values())
        assert sorted_records(overlay.read_kept([])) == sorted_records(model.kept.values())


@given(steps)
def test_the_changes_of_a_batch_are_the_records_that_differ_and_no_others(
    script: list[Step],
) -> None:
    overlay, model = Overlay(), Model()
    for step in script:
        play(overlay, model, step)
        changed = overlay.changes()
        assert dict(changed) == model.changes()
        assert len(changed) == len(dict(changed))


@given(steps)
def test_the_changes_of_all_batches_make_the_same_overlay_elsewhere(script: list[Step]) -> None:
    """As a worker restores a desk from the records that another has written."""
    overlay, model, restored = Overlay(), Model(), Overlay()
    for step in script:
        if step[0] == "keep":
            restored.keep(overlay.changes())
        play(overlay, model, step)
    assert restored.kept == overlay.kept


@given(names, st.integers(1, 9))
def test_a_change_to_a_kept_task_is_lost_unless_it_is_put(name: str, decided: int) -> None:
    overlay = Overlay()
    overlay.put_task(waiting(name, 0))
    overlay.keep(overlay.changes())
    state = overlay.task(name, [])
    assert state is not None
    state.decided = decided
    assert overlay.task(name, []) == waiting(name, 0)
    overlay.put_task(state)
    assert overlay.task(name, []) == waiting(name, decided)


@given(steps, st.lists(st.tuples(st.just(9.0), st.floats(0.0, 2.0)), max_size=3))
def test_held_gold_is_read_as_moved_by_resets_of_the_clock(
    script: list[Step], resets: list[tuple[float, float]]
) -> None:
    overlay, model = Overlay(), Model()
    for step in script:
        play(overlay, model, step)
    for (kind, name), record in model.live.items():
        if kind is HeldGold:
            moved = overlay.gold(name, resets)
            assert moved is not None
            assert moved.at == min([record.at, *(at for _, at in resets)])
            assert moved.resets == len(resets)
