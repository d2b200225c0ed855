"""What is learned from labels of open tasks, and again when their task closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bandit.learn.brain import Brain
from bandit.settings import Settings
from tests.bandit.learn.taught import gold, label

if TYPE_CHECKING:
    from bandit.events import Reward

NO_LABEL: dict[str, Any] = {
    "labeler": None,
    "answer": None,
    "basis": "expired",
    "quality": None,
    "target": None,
}


def at_once(ask: int, **fields: Any) -> Reward:
    return label(0, ask, basis="open", target=None, quality=None, **fields)


def judged(ask: int, **fields: Any) -> Reward:
    return label(0, ask, revision=1, previous_basis="open", **fields)


@pytest.mark.parametrize("first", ["open", "expired", "consensus"])
def test_a_first_ask_that_ends_last_begins_no_other_task(
    lessons: list[dict[str, Any]], first: str
) -> None:
    """Several are asked at once, and any may be the first to answer."""
    brain = Brain(Settings())
    brain.learn(at_once(2))
    brain.learn(at_once(3))
    brain = Brain.from_bytes(Settings(), brain.to_bytes())
    labels = 2 if first == "expired" else 3
    if first == "open":
        brain.learn(at_once(1, labels=3))
        brain.learn(judged(1, labels=3))
    else:
        brain.learn(label(0, 1, labels=labels, **(NO_LABEL if first == "expired" else {})))
    brain.learn(judged(2, labels=labels))
    brain.learn(judged(3, labels=labels))
    model = brain.project("p").labels
    assert len(model.window.tasks["t0"].slots) == labels
    assert model.tasks == 1
    assert [one["task"] for one in lessons] == ["t0"]
    brain.learn(label(0, 1))  # the id is free again
    assert len(model.window.tasks["t0"].slots) == 1


def test_gold_that_closes_a_task_whose_labels_are_learned_makes_one_lesson(
    lessons: list[dict[str, Any]],
) -> None:
    brain = Brain(Settings())
    for ask in (1, 2):
        brain.learn(at_once(ask))
    for ask in (1, 2):
        brain.learn(gold(0, "no", ask, previous_basis="open"))
    brain.learn(label(1, 1))  # gold waits for the next block
    (lesson,) = lessons
    assert (lesson["truth"], lesson["labeled"], lesson["again"]) == ("no", True, False)
    assert brain.project("p").labels.labelers.golds == 1


@pytest.mark.parametrize("first", [1, 2])
def test_labels_of_an_open_task_whose_id_was_used_are_not_those_of_the_old_one(first: int) -> None:
    brain = Brain(Settings())
    for ask in (1, 2):
        brain.learn(label(0, ask))
    for ask in (first, 3 - first, 3):
        brain.learn(at_once(ask, labels=3))
    labeled = brain.project("p").labels.window.tasks["t0"]
    assert len(labeled.slots) == 3
    assert brain.project("p").labels.tasks == 2
