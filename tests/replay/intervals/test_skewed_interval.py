"""The interval of skewed rewards: its form, what it is read off, and that it covers dollars."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replay.estimators.dr import Dr
from replay.estimators.sn_baseline import SnBaseline
from replay.estimators.snips import Snips
from replay.intervals.skewed import skewed
from replay.intervals.student import student
from replay.models.features import Features
from replay.models.frozen import RewardModels
from replay.numerics.moments import Moments
from replay.stats.reward_scale import RewardScale
from replay.stats.weighted_rows import Scored, score
from replay.tables.rows import Rows
from replay.tables.seen_rewards import SeenRewards
from replay.targets.target import TargetPolicy
from tests.replay.estimators.test_estimators_contract import part, rows

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


@given(
    st.floats(-1.0, 1.0), st.floats(2.0, 100.0), st.floats(0.5, 0.99), st.sampled_from([3.0, -3.0])
)
def test_the_interval_moves_with_the_value_and_turns_with_its_sign(
    skewness: float, freedom: float, level: float, factor: float
) -> None:
    low, high, _ = skewed(1.0, 2.0, freedom, skewness, level)
    turned = skewness if factor > 0 else -skewness
    moved = skewed(1_000 + factor, 2.0 * factor**2, freedom, turned, level)
    ends = sorted([1_000 + factor * low, 1_000 + factor * high])
    assert [moved.low, moved.high] == pytest.approx(ends)


@given(st.floats(0.01, 1.0), st.floats(2.0, 100.0))
def test_the_interval_leans_to_the_tail_and_is_never_far_beyond_students(
    skewness: float, freedom: float
) -> None:
    plain = student(0.0, 1.0, freedom, 0.95)
    low, high, _ = skewed(0.0, 1.0, freedom, skewness, 0.95)
    assert plain.low <= low <= -1.95
    assert plain.high < high < plain.high * (1 + 0.5 * skewness * plain.high)
    assert skewed(0.0, 1.0, freedom, 0.0, 0.95)[:2] == pytest.approx(plain[:2])


@pytest.mark.parametrize("estimator", [Snips, SnBaseline, Dr], ids=lambda e: e.__name__)
def test_skewness_and_kurtosis_are_those_of_the_rows_influences(estimator: Any) -> None:
    """Computed from sums, and from what the value moves by as each row is counted 1.0001 times."""
    n, more = 60, 1e-4
    scored = rows(n, 5, "positive")
    whole = estimator().receive(scored)

    def weighed(i: int) -> float:
        one = estimator().receive(part(scored, i, i + 1))
        return float(_heavier(whole, one, more).value())

    influence = np.array([weighed(i) - whole.value() for i in range(n)])
    moments = Moments().receive(influence)
    evidence = whole.evidence()
    assert evidence.skewness == pytest.approx(moments.skewness() / math.sqrt(n), rel=0.01)
    assert evidence.freedom == pytest.approx(moments.degrees_of_freedom(), rel=0.01)


def _heavier(whole: Any, one: Any, more: float) -> Any:
    """Sums with one row counted 1 + `more` times, of what the value is read off."""
    if isinstance(whole, Snips):
        moved = one.placed(whole.about)
        return replace(whole, once=whole.once + more * moved.once)
    if isinstance(whole, Dr):
        count = whole.scores.count + more
        mean = (whole.scores.mean * whole.scores.count + more * one.scores.mean) / count
        return replace(whole, scores=replace(whole.scores, mean=mean))
    scores = replace(whole.dr.scores, count=whole.dr.scores.count + more)
    return replace(whole, dr=replace(whole.dr, scores=scores), sums=whole.sums + more * one.sums)


def dollars(seed: int, n: int, sign: float = 1.0) -> tuple[Scored, RewardScale, float, float]:
    """Zero in seven of ten rows, else log-normal of sigma 1.5, of four actions, measured.

    Returns the rows, their scale, the true value of the uniform target, and the width of a normal
    interval with the true variance.
    """
    rng = np.random.default_rng(seed)
    logged = np.array([0.4, 0.3, 0.2, 0.1])
    mean = np.array([1.0, 1.5, 2.0, 3.0])
    action = rng.choice(4, n, p=logged)
    amount = mean[action] / 0.3 * rng.lognormal(-1.125, 1.5, n)
    reward = sign * np.where(rng.random(n) < 0.3, amount, 0.0)
    scale = RewardScale.of("real", SeenRewards.of(reward), Moments().receive(reward))
    pmf = np.tile(logged, (n, 1))
    measured = Rows(action, scale.measured(reward), logged[action], logged_pmf=pmf)
    guess: Floats = np.tile(scale.measured(sign * mean), (n, 1))
    own, every = TargetPolicy("uniform").chances(measured, list("abcd"))
    scored = score(measured, own, every, guess, scale.kind, fitted=True, actions=4)
    variance = float((0.25**2 / logged * mean**2).sum()) * (math.exp(2.25) / 0.3 - 1)
    return scored, scale, sign * float(mean.mean()), 2 * 1.96 * math.sqrt(variance / n)


@pytest.mark.parametrize("estimator", [Dr, SnBaseline], ids=lambda e: e.__name__)
def test_intervals_of_heavy_tailed_dollars_cover_and_are_not_wide(estimator: Any) -> None:
    """300 logs of 1,000 rows: at most 36 misses, and twice the width of an oracle at most.

    At a coverage of .92, 24 misses are due and over 36 have a chance of .6 % (false alarm of both
    forms together at most 1.2 %); a coverage of .85 is caught in 92 %. Measured: 18 and 16 misses,
    1.0 times the width; Student's interval with the variance that was seen misses in 40.
    """
    misses, plain, widths = 0, 0, []
    for seed in range(300):
        scored, scale, truth, oracle = dollars(seed, 1_000)
        found = estimator().receive(scored)
        low, high, _ = scale.interval(found.interval(scale.kind, 0.95))
        misses += not low <= truth <= high
        widths.append((high - low) / oracle)
        evidence = found.evidence()
        own = student(evidence.value, evidence.seen, evidence.freedom, 0.95)
        plain += not scale.interval(own).low <= truth <= scale.interval(own).high
    assert misses <= 36
    assert float(np.median(widths)) < 2.0
    assert plain > misses


def test_costs_have_the_intervals_of_revenue_turned_round() -> None:
    scored, scale, _, _ = dollars(1, 500)
    cost, its, _, _ = dollars(1, 500, -1.0)
    low, high, _ = scale.interval(Dr().receive(scored).interval(scale.kind, 0.95))
    turned = its.interval(Dr().receive(cost).interval(its.kind, 0.95))
    assert (-turned.high, -turned.low) == pytest.approx((low, high))


def test_rows_without_a_model_are_predicted_by_the_mean_of_the_log() -> None:
    """A learner's first rows: a reward far from 0 is not predicted as 0."""
    log = Rows(np.array([0, 1]), np.array([5.0, 7.0]), np.array([0.5, 0.5]))
    own, every = TargetPolicy("uniform").chances(log, ["a", "b"])
    models = RewardModels(Features.of(("a", "b"), ()), 6.0)
    predicted, fitted = models.predict(log, 0, aware=True)
    scored = score(log, own, every, predicted, "real", fitted=fitted, actions=2)
    assert scored.scores.tolist() == [5.0, 7.0]
    assert scored.direct.tolist() == [6.0, 6.0]
