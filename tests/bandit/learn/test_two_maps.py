"""Two maps for answers that rest on labels alone: which is in force, and when."""

from __future__ import annotations

import math

import numpy as np

from bandit.events import STOP
from bandit.learn.brain import Brain
from bandit.learn.calibration import logistic
from bandit.learn.two_maps import SHIFT, SLOPE, TwoMaps
from bandit.settings import Settings
from tests.bandit.learn.taught import label


def taught(seed: int, golds: int, right: float | None) -> TwoMaps:
    """Maps after golds of answers said to be .93 to .98; `right` or, `None`, as `near` expects."""
    rng, maps = np.random.default_rng(seed), TwoMaps()
    for _ in range(golds):
        confidence = logistic(rng.normal(3.2, 0.5))
        true = TwoMaps().calibrated(confidence) if right is None else right
        maps.learn(confidence, right=bool(rng.random() < true))
    return maps


def test_the_near_map_stays_where_it_is_right() -> None:
    """100 projects with 150 golds: Ville's bound is 5 that change over; more than 12 has 1e-3."""
    assert sum(taught(seed, 150, None).evidence > 0.0 for seed in range(100)) <= 12


def test_the_far_map_comes_into_force_where_labelers_err_otherwise() -> None:
    """100 golds, of which 75 % are right; the map then says so, within three standard errors."""
    found = [taught(seed, 100, 0.75) for seed in range(20)]
    assert all(maps.evidence > 0.0 for maps in found)
    assert np.mean([maps.calibrated(0.96) for maps in found]) < 0.8


def test_before_gold_log_odds_count_less() -> None:
    maps = TwoMaps()
    for confidence in (0.6, 0.9, 0.99):
        z = math.log(confidence / (1.0 - confidence))
        assert math.isclose(maps.calibrated(confidence), logistic(SHIFT + SLOPE * z))
    assert 0.0 < maps.error(0.96) < 0.02


def test_labels_of_one_pool_and_answers_with_a_prior_have_the_other_map() -> None:
    brain = Brain(Settings())
    for i in range(6):
        brain.learn(label(i, 1, labels=1))
    project = brain.project("p")
    assert project.map_of(has_prior=False) is project.calibration
    brain.learn(label(7, 1, labels=1, pool="other", labeler="x1", pmf={STOP: 0.5, "other": 0.5}))
    assert project.map_of(has_prior=False) is project.of_labels
    assert project.map_of(has_prior=True) is project.calibration
