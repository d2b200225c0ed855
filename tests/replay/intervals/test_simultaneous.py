"""Intervals that hold together: the level that each needs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from replay.intervals.simultaneous import joint_level


def test_independent_estimates_need_sidaks_level() -> None:
    """Eight of 2,000 groups each: .95^(1/8) = .9936, to the error of 20,000 draws (z ± .03)."""
    drawn = np.random.default_rng(1).normal(size=(2000, 8))
    z = ndtri((1 + joint_level(drawn, 0.95)) / 2)
    assert z == pytest.approx(ndtri((1 + 0.95 ** (1 / 8)) / 2), abs=0.04)


def test_estimates_that_move_together_need_less() -> None:
    rng = np.random.default_rng(2)
    shared = rng.normal(size=(2000, 1))
    near = shared + 0.1 * rng.normal(size=(2000, 8))
    assert joint_level(near, 0.95) < joint_level(rng.normal(size=(2000, 8)), 0.95)


def test_one_estimate_needs_its_own_level() -> None:
    assert joint_level(np.random.default_rng(3).normal(size=(100, 1)), 0.9) == 0.9


def test_an_estimate_that_does_not_move_costs_nothing() -> None:
    drawn = np.random.default_rng(4).normal(size=(500, 2))
    drawn[:, 1] = 3.0
    assert joint_level(drawn, 0.95) == 0.95


def test_all_hold_together_as_often_as_said() -> None:
    """400 times 6 means of 300 numbers, half of them shared: at most 35 misses (5e-4 at 5 %).

    Each at its own 95 % would miss together in about a fifth.
    """
    joint = each = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        data = rng.normal(size=(300, 6)) + rng.normal(size=(300, 1))
        errors = data.std(axis=0) / np.sqrt(300)
        away = np.abs(data.mean(axis=0)) / errors
        joint += away.max() > ndtri((1 + joint_level(data, 0.95)) / 2)
        each += away.max() > ndtri(0.975)
    assert joint <= 35
    assert each > 45
