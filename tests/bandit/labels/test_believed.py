"""How often labels are believed to be right: near the truth, once there are enough."""

from __future__ import annotations

import random

import pytest

from bandit.labels.believed import labelers_right, pools_right
from bandit.labels.model import LabelModel

CLASSES = ("a", "b", "c")
RIGHT = {"ann": 0.95, "bob": 0.85, "cid": 0.6}


@pytest.fixture(scope="module")
def model() -> LabelModel:
    """600 tasks with a label of each of three labelers; one task in three has gold."""
    chance, made = random.Random(5), LabelModel()
    for number in range(600):
        truth = chance.choice(CLASSES)
        for name, right in RIGHT.items():
            others = [one for one in CLASSES if one != truth]
            answer = truth if chance.random() < right else chance.choice(others)
            made.observe(f"t{number}", CLASSES, "crowd", name, answer)
        if number % 3 == 0:
            made.gold(f"t{number}", CLASSES, truth)
    made.learn()
    return made


def test_labelers_and_pools_are_believed_about_as_good_as_they_are(model: LabelModel) -> None:
    """600 labels give a share to .02; labelers are shrunk towards their pool."""
    found = labelers_right(model, CLASSES, ["cid", "ann", "bob", "dan"])
    assert list(found) == ["cid", "ann", "bob"]
    assert found == pytest.approx(RIGHT, abs=0.07)
    mean = sum(RIGHT.values()) / 3
    assert pools_right(model, CLASSES, ["crowd"])["crowd"] == pytest.approx(mean, abs=0.07)


def test_classes_may_come_in_any_order_and_in_part(model: LabelModel) -> None:
    other = labelers_right(model, ("c", "a", "b"), ["ann"])
    assert other["ann"] == pytest.approx(labelers_right(model, CLASSES, ["ann"])["ann"])
    assert 0.5 < pools_right(model, ("b", "a"), ["crowd", "new"])["new"] < 1.0


def test_where_nothing_is_known_nobody_is_named() -> None:
    assert labelers_right(LabelModel(), CLASSES, ["ann"]) == {}
    known = LabelModel()
    known.observe("t", CLASSES, "crowd", "ann", "a")
    assert 0.5 < labelers_right(known, CLASSES, ["ann"])["ann"] < 1.0
