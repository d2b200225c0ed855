"""The parts of the machine labeler: gradient, scales, columns, window, calibration, alarms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bandit.machine.inputs import AWAY, FLAGS, NUMBERS, OFTEN, Inputs
from bandit.machine.network import POSSIBLE, Network
from bandit.machine.scales import Scales
from bandit.machine.sharpened import Sharpened
from bandit.machine.sharpness import Sharpness
from bandit.machine.surprise import ALARM, Surprise
from bandit.machine.window import REPLAYED, SIZE, Window


def loss(network: Network, rows: np.ndarray, targets: np.ndarray) -> float:
    """Mean of -log Σ_c softmax(z)(c) q(c), with weights in double precision."""
    first, second = network._split(network.weights.astype(np.float64))
    out = rows @ first
    z = np.tanh(out[:, :32]) @ second + out[:, 32:]
    chance = np.exp(z) * (targets >= 0)
    chance /= chance.sum(axis=1, keepdims=True)
    return float(-np.log(((chance + POSSIBLE) * np.maximum(targets, 0.0)).sum(axis=1)).mean())


def test_the_gradient_is_that_of_the_labels_likelihood() -> None:
    """Compared with finite differences at 40 weights; one row lacks a class."""
    rng = np.random.default_rng(1)
    network = Network(4, 3)
    network.weights += rng.normal(scale=0.3, size=network.weights.size).astype(np.float32)
    rows = rng.normal(size=(5, 4)).astype(np.float32)
    targets = rng.dirichlet(np.ones(3), 5).astype(np.float32)
    targets[0] = (-1.0, 0.4, 0.6)
    start = network.weights.copy()
    network.learn(rows, targets)
    gradient = np.sqrt(network.moments / 0.01) * np.sign(start - network.weights)
    for at in rng.integers(0, start.size, 40):
        sides = []
        for step in (1e-2, -1e-2):
            network.weights[:] = start
            network.weights[at] += step
            sides.append(loss(network, rows, targets))
        assert (sides[0] - sides[1]) / 2e-2 == pytest.approx(gradient[at], abs=2e-3)


def test_new_inputs_and_classes_leave_predictions_as_they_are() -> None:
    network = Network(3, 2)
    rows = np.array([[1.0, 0.5, -1.0], [1.0, -0.5, 2.0]], np.float32)
    for _ in range(20):
        network.learn(rows, np.array([[1.0, 0.0], [0.0, 1.0]], np.float32))
    before = network.scores(rows[:1])[0]
    network.insert(2, 2)
    network.add_classes(1)
    (after,) = network.scores(np.array([[1.0, 0.5, 0.0, 0.0, -1.0]], np.float32))
    assert after[:2] == pytest.approx(before, abs=1e-6)
    assert after[2] == 0.0
    network.clear(4)
    assert network.scores(np.array([[1.0, 0.5, 0.0, 0.0, 0.0]], np.float32)).shape == (1, 3)


def test_an_outlier_does_not_squash_other_values() -> None:
    scales = Scales(1)
    rng = np.random.default_rng(1)
    for value in rng.normal(size=200):
        scales.learn(np.array([[value]], np.float32))
    scales.learn(np.array([[1e20]], np.float32))
    assert 0.5 < abs(scales.standardise(np.array([[1.0]], np.float32))[0, 0]) < 1.5
    assert scales.standardise(np.array([[1e20]], np.float32))[0, 0] == 3.0


def test_a_constant_and_a_missing_number_are_in_the_middle() -> None:
    scales = Scales(2)
    for _ in range(50):
        scales.learn(np.array([[7.0, np.nan]], np.float32))
    assert scales.standardise(np.array([[7.0, 3.0]], np.float32)).tolist() == [[0.0, 0.0]]
    for value in (1.0, 2.0, 3.0):
        scales.learn(np.array([[7.0 + value, value]], np.float32))
    assert np.isfinite(scales.standardise(np.array([[9.0, 3.0]], np.float32))).all()


def test_columns_are_taken_over_from_what_was_away() -> None:
    inputs = Inputs()
    for i in range(NUMBERS):
        inputs.learn({f"n{i}": 1.0})
    assert inputs.learn({"new": 1.0}).numbers == []
    for _ in range(AWAY):
        inputs.learn({"n1": 1.0})
    taken = inputs.learn({"new": 5.0})
    assert taken.numbers == [0]
    assert inputs.encode({"new": 7.0})[0][0] == 2.0
    assert len(inputs.flags.seen) <= FLAGS


def test_rare_values_share_a_flag_until_they_are_frequent() -> None:
    inputs = Inputs()
    inputs.learn({"lang": "en"})
    shared = inputs.encode({"lang": "en"})[1]
    assert inputs.encode({"lang": "unseen"})[1] == shared
    for _ in range(OFTEN):
        inputs.learn({"lang": "en"})
    assert inputs.encode({"lang": "en"})[1] != shared
    assert inputs.encode({"lang": "unseen"})[1] == shared


def test_a_missing_number_has_a_flag() -> None:
    inputs = Inputs()
    inputs.learn({"a": 1.0, "b": 1.0})
    inputs.learn({"a": 1.0})
    numbers, flags = inputs.encode({"a": 1.0})
    assert math.isnan(numbers[1])
    assert flags == [0]
    assert inputs.encode({"a": 1.0, "b": 1.0})[1] == []


def test_huge_numbers_stay_finite() -> None:
    inputs = Inputs()
    inputs.learn({"a": -1.7e308})
    numbers, _ = inputs.encode({"a": 1.7e308})
    assert np.isfinite(np.array(numbers, np.float32)).all()


def test_a_window_replays_what_it_keeps() -> None:
    window = Window(1, 0, 2)
    row, target = np.zeros((1, 1), np.float32), np.array([[0.5, 0.5]])
    for i in range(SIZE + 10):
        window.add([f"t{i}"], row, [[]], target)
    assert window.find("t9") is None
    assert window.find("t10") == 10
    assert window.replay([3, 4]).shape == (2, REPLAYED + 1)
    window.keep_last(4)
    assert window.find(f"t{SIZE + 5}") is None
    assert window.find(f"t{SIZE + 6}") == 6
    assert set(window.replay([9])[0]) <= {6, 7, 8, 9}


def test_a_wrong_prediction_is_tempered_to_nothing() -> None:
    """50 tasks that it foresaw, then 150 that it didn't: the good start is forgotten."""
    scores = Sharpness()
    z, right, nothing = np.array([4.0, 0.0, 0.0]), np.array([0.9, 0.05, 0.05]), np.zeros(3)
    task = Sharpened(np.array([[z], [nothing]]))
    for _ in range(50):
        scores.learn(task.nats(right[None]), np.ones(1))
    assert scores.mixture.prior(z[None])[0] > 0.9
    for _ in range(150):
        scores.learn(task.nats(right[::-1][None]), np.ones(1))
    assert scores.mixture.prior(z[None]).tolist() == pytest.approx([1 / 3] * 3, abs=0.05)


def test_tasks_count_by_their_weight() -> None:
    """One label in ten contradicts; where that one stands for twenty tasks, less is believed."""
    plain, weighted = Sharpness(), Sharpness()
    z, right = np.array([[[4.0, 0.0]], [[0.0, 0.0]]]), np.array([0.95, 0.05])
    for i in range(200):
        wrong = i % 10 == 0
        of_labels = Sharpened(z).nats((right[::-1] if wrong else right)[None])
        plain.learn(of_labels, np.ones(1))
        weighted.learn(of_labels, np.array([20.0 if wrong else 1.0]))
    assert plain.mixture.prior(z[0])[0] > 0.9
    assert weighted.mixture.prior(z[0])[0] < 0.6


def test_alarms_are_rare_while_the_prior_is_right() -> None:
    """Evidence of ALARM needs exp(ALARM) tasks on average; with 5 nats, at most one in 148.

    Caution, from 4.6 nats on, lasts for less than 3 % of the tasks.

    40,000 tasks whose labels come with the prior's chances: at most 270 of the lower alarms are due
    (an e-detector's bound); the real one must not come at all, false alarm 4 %.
    """
    rng = np.random.default_rng(1)
    surprise, low, cautious = Surprise(), 0, 0
    likelihood = np.array([[0.8, 0.2], [0.2, 0.8]])
    evidence = 0.0
    for _ in range(40_000):
        prior = rng.uniform(0.02, 0.98)
        truth = int(rng.random() > prior)
        label = int(rng.random() > likelihood[truth, 0])
        foreseen = prior * likelihood[0, label] + (1.0 - prior) * likelihood[1, label]
        gain = math.log(foreseen / 0.5)
        assert not surprise.learn(gain)
        cautious += surprise.is_cautious
        evidence = max(0.0, evidence - gain)
        if evidence >= 5.0:
            low, evidence = low + 1, 0.0
    assert low <= 270
    assert cautious < 1_200
    assert surprise.evidence < ALARM
