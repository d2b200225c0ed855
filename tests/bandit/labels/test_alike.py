"""How much labelers differ is learned: who seems better by chance counts no more than others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.labels.labelers import LEAST_ALIKE, MOST_ALIKE, USUAL, Labelers, alike, one_coin
from bandit.labels.model import LabelModel
from bandit.labels.saved import load, save
from tests.bandit.labels.plays import Move, play, plays
from tests.bandit.labels.simulated import Simulation, symmetric

if TYPE_CHECKING:
    from bandit.labels.confusion import Floats

MANY = 300


def crowd(strength: float, labels: int, seed: int, mean: float = 0.75) -> Labelers:
    """Counts of labelers whose accuracies are from a beta distribution, in two pools."""
    rng = np.random.default_rng(seed)
    known = Labelers(2)
    for pool in ("a", "b"):
        number = known.pool(pool)
        for at in range(MANY):
            accuracy = rng.beta(mean * strength, (1.0 - mean) * strength)
            slot = known.slot(f"{pool}{at}", number)
            known.counts[slot] = one_coin(float(rng.binomial(labels, accuracy)), labels, 2)
    return known


@pytest.mark.parametrize("strength", [6.0, 12.0])
@pytest.mark.parametrize("labels", [5, 30])
def test_the_spread_of_labelers_is_found_from_their_counts(strength: float, labels: int) -> None:
    """Two pools of 300 labelers; among 40 draws of each, .68 to 1.7 times it are found."""
    found = np.array([alike(crowd(strength, labels, seed)) for seed in range(3)])
    assert (found / strength > 2 / 3).all()
    assert (found / strength < 3 / 2).all()


def test_before_any_label_it_is_what_is_usual_and_it_has_bounds() -> None:
    assert alike(Labelers(2)) == pytest.approx(USUAL)
    assert alike(crowd(1e6, 100, 1)) == MOST_ALIKE
    assert alike(crowd(1.0, 100, 1)) == LEAST_ALIKE


@settings(max_examples=100, deadline=None)
@given(plays, st.integers(1, 4))
def test_it_stays_within_bounds_and_is_saved(some: list[Move], size: int) -> None:
    model = LabelModel()
    play(model, some[: 15 * size])
    assert LEAST_ALIKE <= model.labelers.alike <= MOST_ALIKE
    assert load(save(model)).labelers.alike == model.labelers.alike
    old = load(msgspec.structs.replace(save(model), alike=None)).labelers
    assert old.alike == pytest.approx(alike(old))


def mean_right(crews: list[dict[str, Floats]], labels: int, gold: float = 0.0) -> float:
    """How often a model is right on 1,000 tasks of two classes, after 1,000 of the same crew."""
    found = []
    for seed, crew in enumerate(crews, start=1):
        simulation, model = Simulation({"a": crew}, (0.5, 0.5), seed), LabelModel()
        audited = np.random.default_rng(seed).random(1_000) < gold
        for is_audited in audited:
            (task,) = simulation.teach(model, 1, {"a": labels})
            if is_audited:
                model.gold(task.task, simulation.classes, simulation.classes[task.truth], gold)
        found.append(simulation.verdicts(model, 1_000, {"a": labels})[0])
    return float(np.mean(found))


@pytest.mark.parametrize(
    ("right", "labelers", "labels", "least"), [(0.75, 150, 3, 0.815), (0.66, 60, 5, 0.725)]
)
def test_labelers_who_are_alike_are_not_told_apart_by_chance(
    right: float, labelers: int, labels: int, least: float
) -> None:
    """Two classes, four seeds: .830 and .740; .796 and .715 while 4 labels told somebody apart.

    The majority has .844 and .783. Standard error: .006.
    """
    crew = {f"w{number}": symmetric(right, 2) for number in range(labelers)}
    assert mean_right([crew] * 4, labels) > least


def test_labelers_who_differ_are_told_apart_by_two_labels_a_task() -> None:
    """Accuracies are Beta(3.5, 1.5), gold in 5 %: .791; .775 without the upper bound of 25."""
    crews = []
    for seed in range(1, 5):
        accuracies = np.random.default_rng(seed).beta(3.5, 1.5, 60)
        crews.append({f"w{i}": symmetric(one, 2) for i, one in enumerate(accuracies)})
    assert mean_right(crews, 2, gold=0.05) > 0.783
