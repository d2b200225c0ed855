"""Intervals that may be asked for: known values, and what they promise."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.stats import binom, binomtest, chi2, norm

from replay.estimators.dr import Dr
from replay.estimators.ips import Ips
from replay.estimators.snips import Snips
from replay.intervals.anytime import factor
from replay.intervals.interval import WIDEST
from replay.intervals.rules import GROUPED, RULES
from replay.numerics.log_histogram import LogHistogram
from replay.stats.weighted_rows import Scored

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind


def scored(weight: Floats, reward: Floats, group: Any = None, *, clustered: bool = False) -> Scored:
    """Rows without a model."""
    n = len(weight)
    nothing = np.zeros(n)
    return Scored(
        weight,
        reward,
        nothing,
        nothing,
        np.ones((n, 1)),
        weight[:, None] ** 2,
        nothing,
        nothing,
        np.full(n, np.nan),
        index=np.arange(n),
        group=np.arange(n) % 4096 if group is None else group,
        clustered=clustered,
    )


def plain(reward: Floats) -> Scored:
    """Rows whose weights are 1: a plain mean."""
    return scored(np.ones(len(reward)), reward)


def histogram_kept() -> Ips:
    """Sums of IPS with what betting needs."""
    return Ips(histogram=LogHistogram())


def ask(
    rule: str, rows: Scored, kind: RewardKind, estimator: Any = histogram_kept, level: float = 0.95
) -> Any:
    return estimator().receive(rows).interval(kind, level, RULES[rule])


def coin(n: int, rate: float, seed: int) -> Floats:
    return (np.random.default_rng(seed).random(n) < rate).astype(float)


def test_clopper_pearson_of_a_plain_rate_is_scipys() -> None:
    reward = coin(50, 0.2, 1)
    expected = binomtest(int(reward.sum()), 50).proportion_ci(0.95, method="exact")
    assert ask("clopper-pearson", plain(reward), "binary")[:2] == pytest.approx(expected[:2])


def test_gamma_of_plain_counts_is_the_exact_poisson_interval() -> None:
    reward = coin(1000, 0.01, 2)
    hits = reward.sum()
    low, high, _ = ask("gamma", plain(reward), "positive")
    assert 1000 * low == pytest.approx(chi2.ppf(0.025, 2 * hits) / 2)
    assert 1000 * high == pytest.approx(chi2.ppf(0.975, 2 * (hits + 1)) / 2)


def test_bernstein_is_maurer_and_pontils() -> None:
    reward = np.random.default_rng(3).random(400)
    low, high, _ = ask("bernstein", plain(reward), "positive", lambda: Ips(limits=(0.0, 2.0)))
    doubt = math.log(4 / 0.05)
    half = math.sqrt(2 * reward.var(ddof=1) * doubt / 400) + 7 * 2 * doubt / (3 * 399)
    assert (low, high) == pytest.approx((max(reward.mean() - half, 0), reward.mean() + half))


@pytest.mark.parametrize("rule", ["bootstrap-t", "empirical-likelihood"])
@pytest.mark.parametrize("estimator", [Ips, Snips, Dr], ids=lambda e: e.__name__)
def test_of_many_plain_rows_they_are_nearly_normal(rule: str, estimator: Any) -> None:
    """2,000 normal rewards: ends within 6 % of a half width of the normal ones (1,000 draws)."""
    reward = 3 + np.random.default_rng(4).normal(size=2000)
    low, high, _ = ask(rule, plain(reward), "real", estimator)
    half = 1.96 * reward.std() / math.sqrt(2000)
    assert low == pytest.approx(reward.mean() - half, abs=0.12 * half)
    assert high == pytest.approx(reward.mean() + half, abs=0.12 * half)


@pytest.mark.parametrize("rule", ["bootstrap-t", "empirical-likelihood"])
def test_they_lean_to_where_the_tail_is(rule: str) -> None:
    reward = np.random.default_rng(5).lognormal(0, 1.5, 400)
    low, high, _ = ask(rule, plain(reward), "positive")
    assert high - reward.mean() > 1.2 * (reward.mean() - low)


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("kind", ["binary", "positive", "real"])
def test_every_rule_holds_the_value_and_grows_with_the_level(rule: str, kind: RewardKind) -> None:
    rng = np.random.default_rng(6)
    drawn = {"binary": coin(500, 0.3, 6), "positive": rng.random(500)}
    reward = drawn.get(kind, rng.normal(size=500))
    rows = scored(rng.lognormal(-0.5, 1, 500), reward)
    low, high, _ = ask(rule, rows, kind, level=0.9)
    wider_low, wider_high, _ = ask(rule, rows, kind, level=0.99)
    value = Ips().receive(rows).value()
    assert value is not None
    assert wider_low <= low <= value <= high <= wider_high
    assert WIDEST[kind][0] <= low


@pytest.mark.parametrize("rule", sorted(RULES))
def test_without_evidence_every_rule_is_the_widest(rule: str) -> None:
    for kind, ends in WIDEST.items():
        assert RULES[rule](None, kind, 0.95)[:2] == ends


@pytest.mark.parametrize("rule", sorted(GROUPED))
def test_without_groups_they_are_the_widest(rule: str) -> None:
    rows = scored(np.ones(50), coin(50, 0.5, 1))
    low, high, said = ask(rule, replace(rows, group=None), "real")
    assert (low, high) == WIDEST["real"]
    assert "too little" in said


def test_betting_holds_at_every_look() -> None:
    """Binary rewards of rate .1, 300 logs looked at from 20 to 2,000 rows: at most 25 misses.

    The promise is 5 % (15); more than 25 has chance 6e-3 at exactly that, and betting is careful:
    measured 1. A normal interval misses at some look in 99 of the 300.
    """
    looks = [20, 50, 100, 200, 500, 1000, 2000]
    betting = normal = 0
    for seed in range(300):
        reward = coin(2000, 0.1, seed)
        ends = [ask("betting", plain(reward[:n]), "binary") for n in looks]
        betting += any(not low <= 0.1 <= high for low, high, _ in ends)
        ends = [ask("normal", plain(reward[:n]), "binary") for n in looks]
        normal += any(not low <= 0.1 <= high for low, high, _ in ends)
    assert betting <= 25
    assert normal > 40


def test_the_anytime_interval_holds_at_every_look() -> None:
    """Normal rewards looked at after every 100 of 5,000 rows, 300 logs: at most 25 misses.

    As above; measured 7, where a normal interval at each look misses in 98 of the logs.
    """
    misses = 0
    looks = range(100, 5001, 100)
    for seed in range(300):
        reward = np.random.default_rng(seed).normal(size=5000)
        sums = Ips()
        missed = False
        for n in looks:
            sums = sums.receive(plain(reward[n - 100 : n]))
            low, high, _ = sums.interval("real", 0.95, RULES["anytime"])
            missed |= not low <= 0 <= high
        misses += missed
    assert misses <= 25


def test_the_anytime_factor_is_least_near_where_it_was_tuned() -> None:
    assert factor(10_000, 0.95) < 1.6 * norm.ppf(0.975)
    assert factor(100, 0.95) > factor(10_000, 0.95)
    assert factor(10**8, 0.95) > factor(10_000, 0.95)


def test_clusters_widen_intervals_by_their_design_effect() -> None:
    """1,000 tasks of 3 rows that share their reward: the variance is 3 times as large."""
    rng = np.random.default_rng(8)
    reward = np.repeat(rng.normal(size=1000), 3)
    group = np.repeat(np.arange(1000), 3)
    independent = Dr().receive(scored(np.ones(3000), reward, group)).evidence()
    clustered = Dr().receive(scored(np.ones(3000), reward, group, clustered=True)).evidence()
    assert independent is not None
    assert clustered is not None
    assert clustered.seen == pytest.approx(3 * independent.seen, rel=1e-3)
    assert clustered.variance == pytest.approx(3 * independent.variance, rel=1e-3)


def test_intervals_of_clustered_rows_cover() -> None:
    """300 logs of 300 tasks of 3 alike rows: at most 30 misses (15 promised; 1.3e-4 by chance).

    Independent rows would miss in 26 % of them (z = 1.96/√3).
    """
    clustered = independent = 0
    for seed in range(300):
        reward = np.repeat(np.random.default_rng(seed).normal(size=300), 3)
        group = np.repeat(np.arange(300), 3)
        for flag in (True, False):
            rows = scored(np.ones(900), reward, group, clustered=flag)
            low, high, _ = ask("default", rows, "real", Dr)
            missed = not low <= 0 <= high
            clustered += missed and flag
            independent += missed and not flag
    assert clustered <= 30
    assert independent > 50
    assert binom.sf(30, 300, 0.05) < 2e-4
