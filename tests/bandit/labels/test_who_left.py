"""What labelers showed of their pool fades once they don't label any more: crews change."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from bandit.labels.labelers import GONE_DECAY
from bandit.labels.model import LabelModel
from bandit.labels.saved import load, save
from tests.bandit.labels.simulated import Simulation, symmetric

GOOD = {"a": {f"good{number}": symmetric(0.9, 3) for number in range(20)}}
POOR = {"a": {f"poor{number}": symmetric(0.7, 3) for number in range(20)}}
EVEN = (1 / 3, 1 / 3, 1 / 3)


def changed(seed: int) -> tuple[LabelModel, Simulation]:
    """A model after 4,000 tasks of one crew and 2,000 of the next, three labels each."""
    model, poor = LabelModel(), Simulation(POOR, EVEN, seed + 100)
    Simulation(GOOD, EVEN, seed).teach(model, 4_000, {"a": 3})
    model.forget_tasks()  # their ids come again
    poor.teach(model, 2_000, {"a": 3})
    return model, poor


@pytest.mark.parametrize("seed", [1, 2])
def test_a_pool_is_as_good_as_the_crew_that_it_has_now(seed: int) -> None:
    """The new crew is right in .7; seeds 4 to 20: .732 to .757. Without fading, .80 was believed.

    Who has left goes behind all others where labelers are chosen.
    """
    model, poor = changed(seed)
    row = model.pool_rows(poor.classes, ["a"])[0, int(model.chain_weights().argmax())]
    assert float(row.trace()) / 3 < 0.765
    assert set(model.best["a"][:20]) == set(POOR["a"])


def test_a_steady_crew_doesnt_fade() -> None:
    """Everybody counts for all that they have shown, but for the few labels since their last."""
    model = LabelModel()
    Simulation(GOOD, EVEN, 1).teach(model, 2_000, {"a": 3})
    known = model.labelers
    assert known.presence(np.arange(20)).min() > 0.9


@pytest.mark.parametrize("others", [0, 7, 300])
def test_a_labeler_fades_by_the_labels_of_their_pool(others: int) -> None:
    model = LabelModel()
    model.observe("t", ("x", "y"), "a", "ann", "x")
    for number in range(others):
        model.observe(f"a{number}", ("x", "y"), "a", "bob", "x")
        model.observe(f"b{number}", ("x", "y"), "b", "eve", "x")
    model.learn()
    ann = [model.labelers.slots["ann"]]
    assert model.labelers.presence(ann)[0] == pytest.approx(GONE_DECAY**others)


def test_a_model_that_was_saved_before_labelers_faded_does_so_from_then_on() -> None:
    model = LabelModel()
    Simulation(GOOD, EVEN, 1).teach(model, 500, {"a": 3})
    old = load(msgspec.structs.replace(save(model), clocks=[], last=[]))
    assert (old.labelers.presence(np.arange(20)) == 1.0).all()
    assert (old.labelers.sums == model.labelers.sums).all()
    Simulation(POOR, EVEN, 2).teach(old, 500, {"a": 3})
    assert old.labelers.presence([old.labelers.slots["good0"]])[0] < 0.95
