"""Views of a task in its prior: features have half of it until gold shows what predictions add."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bandit.machine.labeler import MachineLabeler
from bandit.machine.lesson import Lesson
from bandit.machine.mixture import Mixture, Part, view_weights
from bandit.machine.sharpened import DOUBT, SHARPNESS, Sharpened
from bandit.machine.sources import input_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES = ("north", "east", "south", "west")
cells = st.tuples(st.integers(0, len(SHARPNESS) - 1), st.integers(0, len(DOUBT) - 1))
logs = st.lists(st.floats(-8.0, 0.0), min_size=3, max_size=3)


@given(st.lists(st.tuples(cells, logs), min_size=1, max_size=4), logs, st.floats(0.0, 1.0))
def test_its_gains_are_those_of_its_prior(
    views: list[tuple[tuple[int, int], list[float]]], labels: list[float], share: float
) -> None:
    """What it foresaw of labels, beyond a uniform prior, by the chances that it gave."""
    of_each = share / len(views)
    mixture = Mixture([Part(i, of_each, cell) for i, (cell, _) in enumerate(views)])
    z = np.array([of_view for _, of_view in views])
    likelihood = np.exp(np.array(labels))
    (gain,) = mixture.gains(Sharpened(z[:, None]).nats(likelihood[None]))
    prior = mixture.prior(z)
    assert prior.sum() == pytest.approx(1.0)
    assert gain == pytest.approx(math.log(3.0 * prior @ likelihood / likelihood.sum()), abs=1e-9)


@given(st.lists(st.lists(st.floats(-6.0, 0.0), min_size=3, max_size=3), max_size=60))
def test_whatever_gold_comes_predictions_lose_log_2_nats(foresaw: list[list[float]]) -> None:
    """The weighted mean of the views against the features alone (the first), over all golds."""
    sums, mixed = np.zeros(3), 0.0
    for nats in foresaw:
        weights = view_weights(sums[1:] - sums[0])
        assert weights.sum() == pytest.approx(1.0)
        mixed += math.log(weights @ np.exp(nats))
        sums += nats
    assert mixed >= sums[0] - math.log(2.0) - 1e-9


def said(rng: np.random.Generator, truth: int, right: float) -> int:
    """Return the truth with chance `right`, else another class."""
    return truth if rng.random() < right else (truth + int(rng.integers(1, 4))) % 4


def lesson(rng: np.random.Generator, number: int, source: str, share: float) -> tuple[Lesson, int]:
    """Return a task with a label, and its truth; a feature that is right in 90 % is beside it.

    `source` is right in 90 % by itself, or an echo: it says what the label says, right in 70 %.
    """
    truth = int(rng.integers(4))
    label, seen = said(rng, truth, 0.7), said(rng, truth, 0.9)
    named = label if source == "echo" else said(rng, truth, 0.9)
    predicted = [math.log(0.9 if i == named else 0.1 / 3.0) for i in range(4)]
    features = {f"x{i}": float(i == seen) for i in range(4)} | {
        input_name(source, name): chance for name, chance in zip(CLASSES, predicted, strict=True)
    }
    row = [0.7 if i == label else 0.1 for i in range(4)]
    audited = rng.random() < share
    one = Lesson(
        f"t{number}",
        CLASSES,
        features,
        row,
        row,
        sources=(source,),
        truth=CLASSES[truth] if audited else None,
        stands_for=1.0 / share if audited else None,
    )
    return one, truth


def lost_by(source: str, seed: int, share: float) -> tuple[float, float]:
    """Return nats by which the truth is foreseen worse than by features alone: worst, and at end.

    Means of 50 tasks each, of 400 tasks, given their labels.
    """
    rng, machine, alone = np.random.default_rng(seed), MachineLabeler(), MachineLabeler()
    lost = []
    for number in range(400):
        one, truth = lesson(rng, number, source, share)
        plain = {name: value for name, value in one.features.items() if name.startswith("x")}
        both = [(machine, one), (alone, replace(one, features=plain, sources=()))]
        nats = []
        for of, told in both:
            prior = np.array(of.prior(CLASSES, told.features)) * told.likelihood
            nats.append(math.log(prior[truth] / prior.sum()))
            of.learn_all([told])
        lost.append(nats[1] - nats[0])
    means = np.array(lost).reshape(8, 50).mean(axis=1)
    return float(means.max()), float(means[-2:].mean())


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, bool], NDArray[np.float64]]:
    """What is lost by each source, with a gold in twenty or none, in five runs: shape (5, 2)."""
    return {
        (source, gold): np.array([lost_by(source, seed, 0.05 * gold) for seed in range(5)])
        for source in ("echo", "judge")
        for gold in (True, False)
    }


def test_an_echo_beside_features_loses_little(
    found: dict[tuple[str, bool], NDArray[np.float64]],
) -> None:
    """Means of five runs; what is believed until gold refutes it loses 1.29 and 2.23 nats.

    In the worst 50 tasks it loses .28 nats, standard deviation .17 over runs; at the end, without
    gold, .45 and .09. So a false alarm has a chance below 1e-6.
    """
    assert found["echo", True][:, 0].mean() < 0.7
    assert found["echo", True][:, 1].mean() < 0.05
    assert found["echo", False][:, 1].mean() < 0.9


def test_a_model_that_errs_by_itself_gains_with_gold_and_without(
    found: dict[tuple[str, bool], NDArray[np.float64]],
) -> None:
    """At the end, the truth is foreseen better by .05 to .17 nats, as if it were believed at once.

    Standard deviations over the five runs are .03 and .04, and .03 in the worst 50 tasks.
    """
    assert found["judge", True][:, 1].max() < 0.0
    assert found["judge", False][:, 1].max() < 0.0
    assert found["judge", True][:, 0].max() < 0.2
