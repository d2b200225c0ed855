"""What a project learns of a task, and when: people's labels with the last one, then gold."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.events import NO_ASK, STOP
from bandit.learn.brain import Brain
from bandit.learn.calibration import Calibration
from bandit.machine.labeler import FIRST_TASKS, MachineLabeler
from bandit.settings import MemorySettings, Settings
from tests.bandit.labels.plays import blocks_of
from tests.bandit.learn.taught import CLASSES, TASKS, features_of, gold, label, taught


def test_the_machine_labeler_learns_a_task_once_with_its_last_label(
    lessons: list[dict[str, Any]],
) -> None:
    brain = Brain(Settings())
    machine = brain.project("p").machine
    for ask in (1, 2, 3):
        brain.learn(label(0, ask, labels=3, answer="yes"))
        machine = brain.project("p").machine
        assert machine.seen == len(lessons) == (ask == 3)
    (lesson,) = lessons
    assert lesson["target"] == lesson["likelihood"]
    assert lesson["target"][0] > 0.8
    assert lesson["features"] == features_of(0)  # its own ones, not the system's
    brain.learn(label(0, 1, labels=3, revision=1, previous_basis="none"))
    assert len(lessons) == 1


def test_gold_that_comes_later_replaces_what_people_said(lessons: list[dict[str, Any]]) -> None:
    brain = Brain(Settings())
    for ask in (1, 2):
        brain.learn(label(0, ask, answer="yes"))
    brain.learn(gold(0, "no"))
    brain.learn(label(1, 1, labels=2))  # gold waits for the next block
    assert lessons[-1]["target"] == [0.0, 1.0]
    assert brain.project("p").machine.seen == 1  # and doesn't judge its predictions again
    model = brain.project("p").labels
    assert model.right("t0", 1) == 1.0
    assert model.labelers.golds == 1
    brain.learn(gold(0, "no", ask=2))
    assert model.labelers.golds == 1  # one task


def test_a_label_that_gold_judges_at_once_is_learned_as_gold(lessons: list[dict[str, Any]]) -> None:
    brain = Brain(Settings())
    brain.learn(label(0, 1, labels=1, basis="gold", target="no", answer="yes", quality=0.0))
    (lesson,) = lessons
    assert lesson["target"] == [0.0, 1.0]
    assert lesson["likelihood"][0] > 0.5  # what people said judges the prediction


def test_tasks_wait_for_a_block_only_while_features_tell_nothing(
    lessons: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One waits for a quarter of those before it; what waits is part of the state."""
    brain = Brain(Settings())
    monkeypatch.setattr(MachineLabeler, "is_informative", False)
    seen = []
    for i in range(24):
        brain.learn(label(i, 1, labels=1))
        brain = Brain.from_bytes(Settings(), brain.to_bytes())
        seen.append(brain.project("p").machine.seen)
    assert seen[:12] == [1, 2, 3, 4, 4, 6, 6, 8, 8, 8, 11, 11]
    brain.learn(gold(23, "no"))
    monkeypatch.setattr(MachineLabeler, "is_informative", True)
    brain.learn(label(24, 1, labels=1))
    assert brain.project("p").machine.seen == 25
    assert [one["task"] for one in lessons] == [f"t{i}" for i in range(25)]
    assert lessons[23]["truth"] == "no"  # gold came while its task waited


def test_gold_of_a_task_without_labels_teaches_at_once(lessons: list[dict[str, Any]]) -> None:
    brain = Brain(Settings())
    nobody: dict[str, Any] = {"pool": None, "labeler": None, "answer": None, "quality": None}
    made = label(0, NO_ASK, labels=0, basis="gold", target="no", **nobody)
    brain.learn(msgspec.structs.replace(made, verdict_answer="yes", verdict_confidence=0.9))
    (lesson,) = lessons
    assert lesson["target"] == [0.0, 1.0]
    assert lesson["likelihood"] == [1.0, 1.0]  # there are no labels that it could have foreseen
    assert lesson["truth"] == "no"
    project = brain.project("p")
    assert project.calibration.golds == 1
    assert project.labels.tasks == project.labels.labels == 0


def test_one_that_is_frozen_learns_of_neither_people_nor_gold(
    lessons: list[dict[str, Any]],
) -> None:
    """Rewards of its time say so; labelers are learned all the same."""
    brain = Brain(Settings())
    for ask in (1, 2):
        brain.learn(label(0, ask, machine_labels=None))
    brain.learn(gold(0, "no", machine_labels=None))
    nobody: dict[str, Any] = {"pool": None, "labeler": None, "answer": None, "quality": None}
    brain.learn(label(1, NO_ASK, basis="gold", target="no", **nobody, machine_labels=None))
    assert lessons == []
    assert brain.project("p").labels.labels == 2


@pytest.mark.parametrize(("stop", "weight"), [(None, 1.0), (0.9, 10.0), (0.0, 1.0)])
def test_a_task_counts_by_the_chance_that_people_were_asked(
    lessons: list[dict[str, Any]], stop: float | None, weight: float
) -> None:
    """Of its first label; that of the second says nothing of whether it is seen at all."""
    brain = Brain(Settings())
    pmf = {"a": 1.0} if stop is None else {"a": 1.0 - stop, STOP: stop}
    brain.learn(label(0, 1, pmf=pmf))
    brain.learn(label(0, 2, pmf={"a": 0.5, STOP: 0.5}))
    assert lessons[0]["weight"] == pytest.approx(weight)


def test_it_says_nothing_before_it_foresaw_labels_and_then_what_features_say() -> None:
    new = Brain(Settings()).project("p")
    assert new.prior(CLASSES, features_of(0), {}) == {}
    known = taught(Settings()).project("p")
    for number in range(20):
        found = known.prior(CLASSES, features_of(1000 + number), {})
        assert sum(found.values()) == pytest.approx(1.0)
        assert found[CLASSES[number % 2]] > 0.9
    assert known.prior(("maybe", "never"), features_of(0), {}) == {}
    assert known.machine.seen >= FIRST_TASKS
    assert known.machine.is_ready


def test_audits_and_labels_outside_of_the_classes_teach_no_labels() -> None:
    brain = Brain(Settings())
    brain.learn(label(0, 1, why="audit"))
    brain.learn(label(1, 1, answer="another"))
    assert brain.project("p").labels.labels == 0


def test_labelers_who_are_not_remembered_are_forgotten_by_the_model_of_labels() -> None:
    chosen = Settings(memory=MemorySettings(max_labelers=5))
    brain = Brain(chosen)
    for number in range(60):
        for ask in (1, 2):
            brain.learn(label(number, ask))
    assert len(brain.project("p").labels.labelers.slots) <= 6


def test_labels_of_a_block_are_judged_and_taught_with_its_last(
    lessons: list[dict[str, Any]],
) -> None:
    """Gold that comes within the block is folded in; what gold says of a label needs no block."""
    with blocks_of(3):
        brain = Brain(Settings())
        brain.learn(label(0, 1, labels=1, basis="consensus", quality=0.5))
        brain.learn(label(1, 1, labels=1, answer="yes"))
        assert lessons == []
        assert brain.pool_record("p", "a").total == 0.0
        brain.learn(gold(1, "no"))
        assert brain.pool_record("p", "a").golds == 1
        brain.learn(label(2, 1, labels=1))
        assert [lesson["task"] for lesson in lessons] == ["t0", "t1", "t2"]
        assert lessons[1]["target"] == [0.0, 1.0]
        assert lessons[1]["likelihood"][0] > 0.5
        assert brain.pool_record("p", "a").total == pytest.approx(4.0, abs=0.01)


def test_a_truth_that_came_while_it_was_frozen_is_not_taught_with_its_block(
    lessons: list[dict[str, Any]],
) -> None:
    """The task's labels came before, and are."""
    with blocks_of(3):
        brain = Brain(Settings())
        brain.learn(label(0, 1, labels=1, answer="yes"))
        brain.learn(gold(0, "no", machine_labels=None))
        brain.learn(label(1, 1, labels=1))
        brain.learn(label(2, 1, labels=1))
    first, *_ = lessons
    assert first["task"] == "t0"
    assert first["target"] == first["likelihood"]
    assert brain.project("p").labels.right("t0", 1) == 1.0


@pytest.mark.parametrize("size", [1, 4])
@settings(max_examples=25, deadline=None)
@given(
    some=st.lists(
        st.tuples(st.integers(0, 9), st.integers(1, 3), st.sampled_from("lge")), max_size=40
    ),
    cut=st.integers(0, 40),
)
def test_a_saved_brain_learns_on_bit_by_bit(
    size: int, some: list[tuple[int, int, str]], cut: int
) -> None:
    """All models of a project; rewards come in an order and with repeats that no engine makes."""
    with blocks_of(size):
        check_saved(some, cut)


def check_saved(some: list[tuple[int, int, str]], cut: int) -> None:
    brain, other = Brain(Settings()), Brain(Settings())
    for place, (number, ask, kind) in enumerate(some):
        if place == cut:
            other = Brain.from_bytes(Settings(), other.to_bytes())
        made = label(number, ask)
        if kind == "g":
            made = gold(number, CLASSES[ask % 2], ask)
        elif kind == "e":
            made = label(number, ask, labeler=None, answer=None, basis="expired", quality=None)
        brain.learn(made)
        other.learn(made)
    mine, theirs = brain.project("p").saved(), other.project("p").saved()
    assert msgspec.json.encode(mine) == msgspec.json.encode(theirs)


def test_a_new_doubt_unlearns_what_rested_on_predictions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Priors of recent tasks go, and what gold said of confidences; an old doubt does nothing."""
    brain = Brain(Settings())
    for i in range(30):
        brain.learn(label(i, 1, labels=1, prior={"yes": 0.9, "no": 0.1}))
    project = brain.project("p")
    project.calibration.learn(0.9, right=False)
    assert project.labels.window.tasks["t3"].prior is not None
    doubts: list[list[str]] = [[], ["echo"]]
    monkeypatch.setattr(MachineLabeler, "doubted", property(lambda _: doubts.pop(0)))
    monkeypatch.setattr(MachineLabeler, "tasks_of_block", 1)
    brain.learn(label(30, 1, labels=1, prior={"yes": 0.9, "no": 0.1}))
    assert all(task.prior is None for task in project.labels.window.tasks.values())
    assert project.calibration == Calibration()
    project.calibration.learn(0.9, right=False)
    doubts = [["echo"], ["echo"]]
    brain.learn(label(31, 1, labels=1, prior={"yes": 0.9, "no": 0.1}))
    assert project.calibration.golds == 1


def test_labels_that_contradict_a_sure_prior_are_learned_at_once() -> None:
    """Others wait for their block; so a change of what features mean is seen within a task."""
    brain = taught(Settings())
    sure, wrong = {"yes": 0.99, "no": 0.01}, {"yes": 0.01, "no": 0.99}
    for ask in (1, 2):
        brain.learn(label(TASKS, ask, answer="yes", prior=sure))
    assert brain.project("p").machine.seen < TASKS + 1
    for ask in (1, 2):
        brain.learn(label(TASKS + 2, ask, answer="yes", prior=wrong))
    assert brain.project("p").machine.seen == TASKS + 2
