"""The overlay of a batch is a dictionary whose changes can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from bandit.desk.overlay import Overlay
from bandit.desk.records import encode, gold_key, predictions_key, task_key
from bandit.events import Gold, Task
from bandit.task.state import HeldGold, HeldPredictions, TaskState

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.desk.records import DeskRecord

Step = tuple[str, str, int]


def waiting(name: str, decided: int) -> TaskState:
    return TaskState(
        task=Task(task=name, project="p", at=0.0, classes=("yes", "no")), decided=decided
    )


def held(name: str, at: int) -> HeldGold:
    return HeldGold(gold=Gold(task=name, answer="yes", at=0.0), at=float(at))


def foreseen(name: str, at: int) -> HeldPredictions:
    return HeldPredictions(name, {"model": {"yes": 1.0}}, float(at))


MADE: dict[str, Callable[[str, int], DeskRecord]] = {
    "task": waiting,
    "gold": held,
    "predictions": foreseen,
}
KEYS = {"task": task_key, "gold": gold_key, "predictions": predictions_key}
NAMES = ("t1", "t2", "é/task", "")

names = st.sampled_from(NAMES)
steps: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(
            (*(f"{verb} {what}" for verb in ("put", "remove") for what in MADE), "keep", "drop")
        ),
        names,
        st.integers(0, 2),
    ),
    max_size=30,
)


class Model:
    """Two dictionaries: what was kept, and what the batch has made of it."""

    def __init__(self) -> None:
        self.kept: dict[bytes, Any] = {}
        self.live: dict[bytes, Any] = {}
        self.touched: set[bytes] = set()

    def change(self, key: bytes, value: Any) -> None:
        self.touched.add(key)
        if value is None:
            self.live.pop(key, None)
        else:
            self.live[key] = value

    def changes(self) -> dict[bytes, bytes | None]:
        return {
            key: None if key not in self.live else encode(self.live[key])
            for key in self.touched
            if self.live.get(key) != self.kept.get(key)
        }


def play(overlay: Overlay, model: Model, step: Step) -> None:
    """Do one step with both."""
    move, name, number = step
    verb, _, what = move.partition(" ")
    if verb == "put":
        overlay.put(MADE[what](name, number))
        model.change(KEYS[what](name), MADE[what](name, number))
    elif verb == "remove":
        overlay.remove(KEYS[what](name))
        model.change(KEYS[what](name), None)
    elif verb == "keep":
        overlay.keep(overlay.changes())
        model.kept, model.touched = dict(model.live), set()
    else:
        overlay.drop()
        model.live, model.touched = dict(model.kept), set()


def sorted_records(records: Any) -> list[bytes]:
    return sorted(map(encode, records))


@given(steps)
def test_an_overlay_is_a_dictionary_whose_changes_are_kept_or_dropped(script: list[Step]) -> None:
    overlay, model = Overlay(), Model()
    for step in script:
        play(overlay, model, step)
        for name in NAMES:
            assert overlay.task(name, []) == model.live.get(task_key(name))
            assert overlay.knows_task(name) == (task_key(name) in model.live)
            assert overlay.gold(name, []) == model.live.get(gold_key(name))
            assert overlay.predictions(name, []) == model.live.get(predictions_key(name))
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
    overlay.put(waiting(name, 0))
    overlay.keep(overlay.changes())
    state = overlay.task(name, [])
    assert state is not None
    state.decided = decided
    assert overlay.task(name, []) == waiting(name, 0)
    overlay.put(state)
    assert overlay.task(name, []) == waiting(name, decided)


@given(steps, st.lists(st.tuples(st.just(9.0), st.floats(0.0, 2.0)), max_size=3))
def test_what_is_held_is_read_as_moved_by_resets_of_the_clock(
    script: list[Step], resets: list[tuple[float, float]]
) -> None:
    overlay, model = Overlay(), Model()
    for step in script:
        play(overlay, model, step)
    for name in NAMES:
        for key, moved in (
            (gold_key(name), overlay.gold(name, resets)),
            (predictions_key(name), overlay.predictions(name, resets)),
        ):
            record = model.live.get(key)
            assert (moved is None) == (record is None)
            if moved is not None and record is not None:
                assert moved.at == min([record.at, *(at for _, at in resets)])
                assert moved.resets == len(resets)
