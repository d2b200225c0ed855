"""Intervals: known values, and the coverage that they promise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, t

from replay.estimators.dr import Dr
from replay.estimators.ips import Ips
from replay.estimators.snips import Snips
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.log_scale import log_scale
from replay.intervals.normal import normal
from replay.intervals.student import student
from replay.intervals.wilson import wilson
from replay.stats.weighted_rows import Scored, score
from replay.tables.rows import Rows
from replay.targets.target import TargetPolicy

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_of_a_plain_rate_is_scipys(successes: int, more: int) -> None:
    n = successes + more
    rate = successes / n
    low, high, _ = wilson(rate, rate * (1 - rate) / n, n, 0.95)
    expected = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    if successes in (0, n) or rate**2 >= rate * (1 - rate) / n:  # a standard error from 0
        assert low == pytest.approx(expected.low, abs=1e-9)
        assert high == pytest.approx(expected.high, abs=1e-9)
    else:
        assert 0 <= low <= rate <= high <= 1


@given(
    st.sampled_from(["binary", "positive", "real"]),
    st.floats(0.01, 0.99),
    st.floats(1e-6, 10.0),
    st.floats(0.5, 0.99),
)
def test_every_default_interval_holds_its_value_within_what_is_possible(
    kind: RewardKind, value: float, variance: float, level: float
) -> None:
    low, high, rule = default(
        Evidence(value, variance, variance, 100, ess=50, freedom=20), kind, level
    )
    assert low <= value <= high
    assert rule
    assert kind == "real" or low >= 0
    assert kind != "binary" or high <= 1


def test_student_is_scipys_t() -> None:
    low, high, _ = student(1.0, 0.04, 7.0, 0.9)
    assert (low, high) == pytest.approx(t.interval(0.9, 7.0, 1.0, 0.2))


def test_log_scale_is_symmetric_in_factors() -> None:
    low, high, _ = log_scale(2.0, 0.5, None, 0.95)
    assert math.isclose(low * high, 4.0)


def test_normal_grows_as_the_standard_error() -> None:
    low, high, _ = normal(0.0, 4.0, 0.95)
    narrow_low, narrow_high, _ = normal(0.0, 1.0, 0.95)
    assert high - low == pytest.approx(2 * (narrow_high - narrow_low))


def simulated(rate: float, seed: int, n: int) -> tuple[Scored, float]:
    """10 actions, softmax logging, uniform target; the model is a constant; the true value."""
    rng = np.random.default_rng(seed)
    design = np.random.default_rng(7)
    logits = 1.2 * design.normal(size=(4, 10))
    pmf: Floats = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    chance = np.minimum(rate * np.exp(0.7 * design.normal(size=(4, 10)) - 0.245), 0.95)
    x = rng.integers(0, 4, n)
    action = (pmf[x].cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    reward = (rng.random(n) < chance[x, action]).astype(float)
    rows = Rows(action, reward, pmf[x, action])
    predicted = np.full((n, 10), rate)
    own, every = TargetPolicy("uniform").chances(rows, [str(i) for i in range(10)])
    return score(rows, own, every, predicted, "binary", fitted=True, actions=10), float(
        chance.mean()
    )


@pytest.mark.parametrize("rate", [0.3, 0.01])
@pytest.mark.parametrize("estimator", [Ips, Snips, Dr], ids=lambda e: e.__name__)
def test_default_intervals_of_binary_rewards_cover(estimator: type, rate: float) -> None:
    """A 95 % interval misses at most 5 %: 400 runs of 2,000 rows, fail above 35 misses.

    False alarm of a true .95 interval 5e-4 (binomial); a 12 % miss rate is caught 97 % of the
    time, the .82 to .73 of normal intervals at rare rewards always. Measured misses: 0 to 22.
    """
    misses = 0
    for seed in range(400):
        scored, truth = simulated(rate, seed, 2000)
        low, high, _ = estimator().receive(scored).interval("binary", 0.95)
        misses += not low <= truth <= high
    assert misses <= 35


def test_normal_intervals_of_rare_rewards_do_not_cover() -> None:
    """Why the default is another: at a rate of .2 % plain normal misses far over 5 %.

    400 runs; more than 35 misses are seen with certainty at the measured 20 % and more.
    """
    misses = 0
    for seed in range(400):
        scored, truth = simulated(0.002, seed, 2000)
        terms = scored.weight * scored.reward
        low, high, _ = normal(float(terms.mean()), float(terms.var() / 2000), 0.95)
        misses += not low <= truth <= high
    assert misses > 35


def test_wilson_covers_heavy_weights_and_rare_rewards_together() -> None:
    """Rate .3 %: some 6 rewards in 2,000 rows, and the default still covers: 35 misses at most."""
    misses = 0
    for seed in range(400):
        scored, truth = simulated(0.003, seed, 2000)
        low, high, _ = Snips().receive(scored).interval("binary", 0.95)
        misses += not low <= truth <= high
    assert misses <= 35
