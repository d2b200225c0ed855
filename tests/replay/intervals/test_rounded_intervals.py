"""Intervals where numbers are at the end of what a float can say."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest

from replay import evaluate
from replay.intervals.rules import RULES
from replay.intervals.student import beyond

N = 400


def log(reward: object) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    action = rng.choice(3, N, p=[0.2, 0.3, 0.5])
    propensity = np.array([0.2, 0.3, 0.5])[action]
    return pd.DataFrame({"action": action, "reward": reward, "propensity": propensity})


@pytest.mark.parametrize("level", [1e-9, 0.999999999])
@pytest.mark.parametrize("rule", sorted(set(RULES) - {"bernstein", "betting"}))
def test_a_constant_reward_has_an_interval_by_every_rule(rule: str, level: float) -> None:
    """Its self-normalised influences are rounding errors alone, or none at all."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for constant in (0.1, 1e30):
            answer = evaluate(log(constant), interval=rule, level=level)
            assert answer.estimates
            assert all(one.low <= one.high for one in answer.estimates)


def test_empirical_likelihood_does_not_depend_on_the_unit() -> None:
    rewards = np.random.default_rng(2).normal(1, 1, N)
    one, small = (
        evaluate(log(unit * rewards), interval="empirical-likelihood", estimators="SNIPS").estimate
        for unit in (1.0, 1e-28)
    )
    assert one is not None
    assert small is not None
    assert (small.low, small.high) == pytest.approx((1e-28 * one.low, 1e-28 * one.high), abs=1e-36)


def test_no_quantile_leaves_nothing_beyond() -> None:
    assert beyond(2.0, 0.0) == beyond(None, 0.0) == math.inf
