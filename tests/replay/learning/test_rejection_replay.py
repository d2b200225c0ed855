"""Learners on a log: what they accept, what they learn from, and that it is as they would live."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bandit.settings import PolicySettings
from replay.learning.config import Walking
from replay.learning.rejection_replay import Plan, acceptance_of, horizon_of, walk
from replay.learning.uncertainty import spread
from tests.replay.learning.market import POOLS, held, live, log

GREEDY = [
    PolicySettings(explorer="epsilon_greedy", rate=rate, explore_floor=0.001)
    for rate in (0.02, 0.1, 0.2, 0.4)
]
UNIFORM = PolicySettings(name="uniform")
SKEWED = np.array([[0.6, 0.2, 0.2], [0.2, 0.3, 0.5], [0.25, 0.5, 0.25]])


def test_the_value_of_a_fixed_policy_is_its_dr_over_the_rows_that_were_passed() -> None:
    data = held(log(600, 1, SKEWED))
    plan = Plan(acceptance_of(data.propensity), 10_000, 2)
    walked = walk(data, [UNIFORM], plan)
    even = np.full(POOLS, 1 / POOLS)
    scores = data.guess @ even + even[0] / data.propensity * data.missed
    assert walked.sums[0].tolist() == [600, 600]
    assert walked.value()[0] == pytest.approx([scores.mean()] * 2)


def test_learners_learn_from_accepted_rows_alone() -> None:
    data = held(log(2000, 2))
    walked = walk(data, GREEDY, Plan(1 / POOLS, 150, 3))
    assert (walked.accepted == 150).all()
    assert walked.learners.learned.tolist() == walked.accepted.tolist()


def test_rows_are_accepted_with_the_same_chance_under_any_policy() -> None:
    """4 × 6 lanes over 6,000 rows: each within 4 standard deviations (false alarm .002)."""
    data = held(log(6000, 3, SKEWED))
    c = acceptance_of(data.propensity)
    walked = walk(data, GREEDY, Plan(c, 10_000, 6))
    assert c == pytest.approx(0.2)
    away = (walked.accepted - 6000 * c) / np.sqrt(6000 * c * (1 - c))
    assert np.abs(away).max() < 4


def test_looking_further_ahead_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are looked at in blocks only for speed."""
    data = held(log(800, 4))
    plan = Plan(1 / POOLS, 200, 2)
    whole = walk(data, GREEDY, plan)
    monkeypatch.setattr("replay.learning.rejection_replay.MOST_AHEAD", 1)
    single = walk(data, GREEDY, plan)
    assert single.sums == pytest.approx(whole.sums)
    assert single.learners.beta == pytest.approx(whole.learners.beta)
    assert single.groups == pytest.approx(whole.groups)


def test_lanes_do_not_disturb_each_other() -> None:
    data = held(log(800, 5))
    plan = Plan(1 / POOLS, 200, 2)
    together = walk(data, GREEDY, plan).value()
    alone = np.concatenate([walk(data, [one], plan).value() for one in GREEDY])
    assert together == pytest.approx(alone)


def test_the_same_seed_gives_the_same_answer_and_another_one_another() -> None:
    data = held(log(800, 6))
    first, again, other = (
        walk(data, GREEDY, Plan(1 / POOLS, 200, 2, seed=seed)).value() for seed in (1, 1, 2)
    )
    assert (first == again).all()
    assert (first != other).any()


def test_the_logs_own_order_is_walked_where_it_counts() -> None:
    """Rewards turn in the second half: a learner that stops before sees only the first."""
    rows = log(3000, 7)
    turned = replace(rows, reward=np.where(np.arange(3000) < 1500, 1.0, 0.0))
    value = walk(held(turned), [UNIFORM], Plan(1 / POOLS, 300, 1, shuffled=False)).value()
    assert value[0, 0] > 0.9


def test_a_learner_on_a_log_earns_what_it_would_live() -> None:
    """40 uniform logs of 1,000 rows against 400 live runs of the same length, at four rates.

    The intervals of one log hold together at 95 %: fewer than 33 of 40 have a chance of 7e-4, at
    a true .75 of .82. The mean over logs is within 4 of its standard errors (3e-4 for all four).
    """
    horizon = horizon_of(1000, 1 / POOLS)
    lives = live(GREEDY, horizon, 400)
    truth = lives.mean(axis=1)
    values, held_all = [], 0
    for seed in range(40):
        data = held(log(1000, 100 + seed))
        found = spread(walk(data, GREEDY, Plan(1 / POOLS, horizon, 5, seed=seed)))
        bounds = found.bounds(0.95)
        held_all += bool(((bounds.low <= truth) & (truth <= bounds.high)).all())
        values.append(found.value)
    assert held_all >= 33
    error = np.sqrt(np.var(values, axis=0) / 40 + lives.var(axis=1) / 400)
    assert np.abs((np.mean(values, axis=0) - truth) / error).max() < 4


def test_a_skewed_log_says_the_same_as_a_uniform_one() -> None:
    """Means of 12 logs each, by accepted rows and by heavier ones: within 4 standard errors."""
    rate = [GREEDY[2]]
    truth = live(rate, 250, 400).mean()
    values = []
    for seed in range(12):
        data = held(log(1600, 500 + seed, SKEWED))
        plans = [
            Plan(acceptance_of(data.propensity, percentile), 250, 4, seed=seed)
            for percentile in (0.0, 0.5)
        ]
        values.append([walk(data, rate, plan).value().mean() for plan in plans])
    error = np.std(values, axis=0, ddof=1) / np.sqrt(12)
    assert (np.abs(np.mean(values, axis=0) - truth) < 4 * error + 0.004).all()


def test_a_log_that_holds_only_the_taken_chances_is_walked_alike() -> None:
    whole, taken = (held(log(1200, 8, SKEWED, full=full)) for full in (True, False))
    plan, _ = Walking(horizon=150).plan(whole)
    known, unknown = walk(whole, GREEDY, plan), walk(taken, GREEDY, plan)
    assert known.value() == pytest.approx(unknown.value())
    assert (unknown.sums[6] == 0).all()
    assert (known.sums[6] > known.sums[0]).all()
