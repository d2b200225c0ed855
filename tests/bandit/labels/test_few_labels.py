"""Few labels a task and no gold: single labels teach nothing, and answers don't turn over."""

from __future__ import annotations

import numpy as np
import pytest

from bandit.engine.engine import Engine
from bandit.labels.confusion import STRENGTH_WITH_GOLD, pool_rows
from bandit.labels.model import LabelModel
from bandit.labels.weighed import Answer
from bandit.learn.brain import Brain
from bandit.settings import Settings
from tests.bandit.market import Crew, Market, Work, pool

CLASSES = ("a", "b", "c")
RIGHT = 0.8


def taught(tasks: int, *, with_two: float, seed: int) -> LabelModel:
    """Twenty labelers of one pool, each right in 80 % of tasks, which have one label or two."""
    rng, model = np.random.default_rng(seed), LabelModel()
    for task in range(tasks):
        truth = int(rng.integers(3))
        for _ in range(1 + int(rng.random() < with_two)):
            answer = truth if rng.random() < RIGHT else (truth + int(rng.integers(1, 3))) % 3
            labeler = f"w{rng.integers(20)}"
            model.observe(f"t{task}", CLASSES, "crowd", labeler, CLASSES[answer])
    return model


def believed(model: LabelModel, labels: int) -> float:
    """Return the chance of a class that so many name, and none another."""
    said = [Answer("crowd", f"w{i}", "a") for i in range(labels)]
    return float(model.weigh(CLASSES, said).posterior()[0])


def test_labels_without_a_second_one_move_no_belief() -> None:
    """They were judged by a posterior that allows for rivals, and belief sank to .38."""
    model, new = taught(1_500, with_two=0.0, seed=1), LabelModel()
    new.observe("t", CLASSES, "crowd", "w", "a")
    for labels in (1, 2, 3):
        assert believed(model, labels) == pytest.approx(believed(new, labels), abs=0.01)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_do_not_dilute_what_second_labels_show(seed: int) -> None:
    """Of the tasks one in five has two labels: two that agree are right in 97 %, one in 80 %."""
    model = taught(2_500, with_two=0.2, seed=seed)
    assert believed(model, 1) == pytest.approx(RIGHT, abs=0.12)
    assert believed(model, 2) > 0.86


def test_a_first_label_counts_once_the_second_has_come() -> None:
    model = LabelModel()
    model.observe("t", CLASSES, "crowd", "ann", "a")
    model.learn()
    assert model.labelers.of([model.labelers.slots["ann"]]).sum() == 0.0
    assert model.right("t", 0) > 0.6
    model.observe("t", CLASSES, "crowd", "bob", "a")
    model.learn()
    counts = model.labelers.of([model.labelers.slots[name] for name in ("ann", "bob")])
    assert counts.sum(axis=(2, 3)) == pytest.approx(np.ones((2, 2)), abs=1e-5)


def test_what_came_after_the_count_of_a_lone_label_does_not_make_it_wrong() -> None:
    """Its labeler was forgotten and gold came; or a second label came that isn't counted yet."""
    model = LabelModel()
    model.observe("t", CLASSES, "crowd", "ann", "a")
    model.learn()
    lone = model.right("t", 0)
    assert lone > 0.5
    model.forget("ann")
    assert model.right("t", 0) == lone
    assert model.gold("t", CLASSES, "a")
    model.learn()
    assert (model.right("t", 0), model.right("t", 1)) == (1.0, 0.0)
    model = taught(600, with_two=0.5, seed=1)
    model.observe("u", CLASSES, "crowd", "bob", "a")
    model.learn()
    alone = model.right("u", 0)
    model.observe("u", CLASSES, "crowd", "cid", "a")
    assert model.pending
    assert model.right("u", 0) == alone > 0.5


@pytest.mark.parametrize("seed", [7, 9])
def test_answers_do_not_turn_over_without_gold(seed: int) -> None:
    """Three pools, each label right in 80 % or more, two classes: 43 and 62 % were right."""
    crews = [
        Crew(pool("cheap", 0.03), 0.8, labelers=300),
        Crew(pool("dear", 0.06), 0.8, labelers=300),
        Crew(pool("scarce", 0.06, capacity_per_hour=60.0), 0.97, labelers=300),
    ]
    market = Market(crews, Work(1_600, every_s=9.0, value_usd=1.0, tick_s=9.0), seed)
    chosen = Settings(seed=seed)
    verdicts = market.run(Engine(chosen, Brain(chosen))).first_verdicts()
    right = [market.truth(verdict.task) == verdict.answer for verdict in verdicts]
    assert np.mean(right) > 0.65


def test_a_pool_that_seems_to_guess_is_new_until_gold_shows_it() -> None:
    turned = np.full((1, 2, 2, 2), 5.0) + 45.0 * np.array([[0, 1], [1, 0]])
    nothing = np.zeros((1, 2))
    without = pool_rows(turned, nothing, nothing, np.ones((1, 2)), 100.0)
    with_gold = pool_rows(turned, nothing, nothing, np.ones((1, 2)), STRENGTH_WITH_GOLD)
    assert without[0, 0].diagonal() == pytest.approx([0.7, 0.7])
    assert with_gold[0, 0].diagonal().max() < 0.5
