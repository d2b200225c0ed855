"""The accuracy of pools is corrected by how often their labels agree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.labels.agreement import ENOUGH_GOLD, ENOUGH_LABELS, MOST
from bandit.labels.believed import labelers_right, pools_right
from bandit.labels.model import LabelModel
from bandit.labels.preferred import preferred
from tests.bandit.labels.plays import Move, play, plays
from tests.bandit.labels.simulated import Simulation, symmetric

SEEDS = range(1, 11)


def taught(right: float, k: int, seed: int, labels: int = 2, tasks: int = 150) -> LabelModel:
    crew = {f"w{number}": symmetric(right, k) for number in range(100)}
    simulation, model = Simulation({"a": crew}, [1.0 / k] * k, seed), LabelModel()
    simulation.teach(model, tasks, {"a": labels})
    model.learn()
    return model


@pytest.mark.parametrize(
    ("right", "k", "labels", "low", "high"),
    [(0.75, 2, 2, 0.71, 0.8), (0.8, 2, 2, 0.775, 0.865), (0.75, 2, 3, 0.715, 0.8)],
)
def test_belief_in_a_pool_is_not_too_modest_where_tasks_have_few_labels(
    right: float, k: int, labels: int, low: float, high: float
) -> None:
    """Means of ten seeds: .754, .820, .755; by counts alone .665, .717, .698. Standard error .015.

    A mean is held to three standard errors, so a false alarm is one in some 300 runs each.
    """
    classes = tuple(f"c{number}" for number in range(k))
    found = [pools_right(taught(right, k, seed, labels), classes, ["a"])["a"] for seed in SEEDS]
    assert low < np.mean(found) < high


def test_labelers_are_moved_with_their_pool_so_that_whom_to_prefer_stays() -> None:
    """Else somebody of whom nothing is known would be preferred to a labeler who is good."""
    crew = {f"w{number}": symmetric(0.9 if number < 5 else 0.7, 2) for number in range(60)}
    simulation, model = Simulation({"a": crew}, (0.5, 0.5), 3), LabelModel()
    simulation.teach(model, 150, {"a": 2}, always=("w0",))
    model.learn()
    known = model.labelers.slots["w0"]
    assert model.agreement.log_odds[0, 0] > 0.1
    assert model.labelers.given[known] == 150
    assert (
        labelers_right(model, simulation.classes, ["w0"])["w0"]
        > (pools_right(model, simulation.classes, ["a"])["a"])
    )
    assert "w0" in preferred(model, simulation.classes, (0.5, 0.5), "a")


def test_gold_knows_better() -> None:
    model = taught(0.8, 2, 1)
    assert model.odds(["a"]) is not None
    for number in range(ENOUGH_GOLD):
        assert model.gold(f"t{number + 1}", ("c0", "c1"), "c0", 0.1)
    assert model.odds(["a"]) is None


def test_many_labels_know_better() -> None:
    model = taught(0.8, 2, 1)
    few = model.odds(["a"])
    assert few is not None
    model.updated_at = ENOUGH_LABELS - 100
    more = model.odds(["a"])
    assert more is not None
    assert (more < few).all()
    model.updated_at = ENOUGH_LABELS
    assert model.odds(["a"]) is None


def test_it_fades_where_tasks_have_priors() -> None:
    """Of these a second label is asked for if the first contradicts the prior: no fair pairs."""
    model = taught(0.8, 2, 1)
    before = model.agreement.log_odds.copy()
    assert (before > 0.1).all()
    for number in range(1_000):
        model.updated_at = 0
        model.observe(
            f"p{number}", ("c0", "c1"), "a", f"w{number % 100}", "c0", {"c0": 0.9, "c1": 0.1}
        )
    model.learn()
    assert (model.agreement.log_odds < 0.5 * before).all()


@settings(max_examples=100, deadline=None)
@given(plays, st.integers(1, 4))
def test_it_has_bounds_and_moves_rows_to_rows(some: list[Move], size: int) -> None:
    model = LabelModel()
    play(model, some[: 15 * size])
    found = model.agreement
    assert ((found.log_odds >= 0.0) & (found.log_odds <= MOST)).all()
    assert (found.information >= 0.0).all()
    for pool in model.labelers.pools:
        rows = model.pool_rows(tuple(model.classes), (pool,))
        assert np.allclose(rows.sum(axis=-1), 1.0)
        counted = model.counted_rows(tuple(model.classes), (pool,))
        diagonals = (one.diagonal(axis1=2, axis2=3) for one in (rows, counted))
        assert (next(diagonals) >= next(diagonals) - 1e-12).all()
