"""Ids of tasks are free once a task is forgotten: a new one of an old id is another task."""

from __future__ import annotations

from typing import Any

import pytest

from bandit.learn.brain import Brain
from bandit.settings import Settings
from tests.bandit.learn.taught import gold, label

COLORS = ("red", "green", "blue")


def two_days(tasks: int) -> Brain:
    """A brain that learned tasks numbered from 0 on each of two days; no two are alike."""
    brain = Brain(Settings())
    for day in range(2):
        for number in range(tasks):
            like = label(number + day * tasks, 1)
            for ask in (1, 2):
                brain.learn(
                    label(number, ask, features={**like.features, "poolwise.labels": ask - 1.0})
                )
    return brain


@pytest.mark.parametrize("ask", [1, 2])
def test_an_id_that_comes_again_with_other_classes_is_learned_as_another_task(ask: int) -> None:
    """Its first label may be of any ask: the ones before may have expired."""
    brain = Brain(Settings())
    brain.learn(label(1, 1))
    brain.learn(label(1, 2))
    for number in range(ask, ask + 2):
        brain.learn(
            label(1, number, classes=COLORS, answer="blue", target=dict.fromkeys(COLORS, 1 / 3))
        )
    brain.learn(gold(1, "blue", ask, classes=COLORS, answer="blue"))
    labeled = brain.project("p").labels.window.get("t1")
    assert labeled is not None
    assert labeled.answers == [2, 2]
    assert labeled.gold == 2
    assert brain.project("p").labels.right("t1", 2) == 1.0


def test_the_truth_of_an_old_task_is_not_that_of_a_new_one() -> None:
    brain = Brain(Settings())
    brain.learn(label(1, 1, answer="yes"))
    brain.learn(label(1, 2, answer="yes"))
    brain.learn(gold(1, "yes", 2, answer="yes"))
    for ask in (1, 2):
        brain.learn(label(1, ask, answer="no"))
    labels = brain.project("p").labels
    labeled = labels.window.get("t1")
    assert labeled is not None
    assert labeled.gold is None
    assert labels.right("t1", 1) > 0.5


def test_the_machine_labeler_learns_the_features_of_ids_that_come_again() -> None:
    brain = two_days(tasks=60)
    assert brain.project("p").machine.seen > 60 + 40  # the last ones wait for their block


def test_an_ask_of_an_expert_that_ran_out_begins_a_task_as_any_ask_does() -> None:
    """The task's labels come from its second ask on; an audit is of a task that began before."""
    brain = Brain(Settings())
    for ask in (1, 2):
        brain.learn(label(1, ask))
    window = brain.project("p").labels.window
    ran_out: dict[str, Any] = {
        "labeler": None,
        "answer": None,
        "basis": "expired",
        "quality": None,
        "target": None,
    }
    brain.learn(label(1, 1, why="audit", **ran_out))
    assert "t1" in window.tasks
    brain.learn(label(1, 1, why="escalation", **ran_out))
    for ask in (2, 3):
        brain.learn(label(1, ask))
    assert len(window.tasks["t1"].slots) == 2


def test_labels_that_wait_for_their_block_are_judged_before_their_task_is_replaced() -> None:
    brain = two_days(tasks=30)
    assert "t29" in brain.project("p").labels.pending
    before = brain.pool_record("p", "a").total
    brain.learn(label(29, 1))
    assert brain.pool_record("p", "a").total > before
    labeled = brain.project("p").labels.window.get("t29")
    assert labeled is not None
    assert len(labeled.slots) == 1


def test_a_brain_that_was_saved_between_goes_on_with_the_same_bits() -> None:
    brain = two_days(tasks=40)
    copy = Brain.from_bytes(Settings(), brain.to_bytes())
    for one in (brain, copy):
        one.learn(label(3, 1))
    copy = Brain.from_bytes(Settings(), copy.to_bytes())
    for one in (brain, copy):
        for ask in (1, 2):
            one.learn(label(5, ask))
        one.learn(label(3, 2))
        for number in range(40, 60):
            one.learn(label(number, 1))
    assert copy.to_bytes() == brain.to_bytes()
