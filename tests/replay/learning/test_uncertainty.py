"""Intervals over replays: what is counted, and that differences are paired."""

from __future__ import annotations

import numpy as np
import pytest

from bandit.settings import PolicySettings
from replay.learning.rejection_replay import Plan, walk
from replay.learning.uncertainty import LINK, Spread, shared, spread
from tests.replay.learning.market import POOLS, held, log

UNIFORM = PolicySettings(name="uniform")
LEARNS = PolicySettings(explorer="epsilon_greedy", rate=0.1)


def test_a_policy_that_does_not_learn_has_the_variance_of_a_mean() -> None:
    data = held(log(4000, 1))
    walked = walk(data, [UNIFORM], Plan(1 / POOLS, 10_000, 3))
    scores = data.guess.mean(axis=1) + data.missed
    log_part, replays = spread(walked).variances()
    assert log_part[0] == pytest.approx(scores.var() / 4000, rel=1e-2)
    assert replays[0] == pytest.approx(0.0, abs=1e-20)


def test_the_variance_between_replays_is_counted_and_a_part_of_it_is_shared() -> None:
    walked = walk(held(log(1200, 2)), [LEARNS], Plan(1 / POOLS, 200, 8))
    between = walked.value()[0].var(ddof=1)
    _, replays = spread(walked).variances()
    assert replays[0] == pytest.approx(between * (1 / 8 + shared(walked)[0]))
    explores = 0.98 * 0.1 * (1 - 1 / POOLS) + 0.02 * (1 - 1 / POOLS)
    assert shared(walked)[0] == pytest.approx(LINK * explores / POOLS)


def test_replays_share_no_more_than_rows_are_accepted() -> None:
    walked = walk(held(log(1200, 2)), [UNIFORM], Plan(1 / POOLS, 200, 8))
    assert shared(walked)[0] == pytest.approx(1 / POOLS)


def test_one_replay_has_no_variance_between_replays() -> None:
    walked = walk(held(log(1200, 2)), [LEARNS], Plan(1 / POOLS, 200, 1, shuffled=False))
    found = spread(walked)
    assert found.variances()[1].tolist() == [0.0]
    assert found.bounds(0.95).low[0] < found.value[0] < found.bounds(0.95).high[0]


def test_a_difference_from_itself_is_nothing() -> None:
    walked = walk(held(log(1200, 3)), [LEARNS, LEARNS], Plan(1 / POOLS, 200, 4))
    difference = spread(walked).of(np.array([[1.0], [-1.0]])).bounds(0.95)
    assert difference.low[0] == difference.high[0] == 0.0


def test_intervals_together_are_wider_than_each_alone() -> None:
    rng = np.random.default_rng(1)
    many = Spread(np.zeros(6), rng.normal(size=(400, 6)), np.zeros((4, 6)))
    one = many.of(np.eye(6)[:, :1])
    assert many.bounds(0.95).high[0] > one.bounds(0.95).high[0]


def test_few_replays_make_the_interval_wider_than_many() -> None:
    """The same variance known from 3 replays and from 30: t with 2 and with 29 degrees."""
    half = []
    for replays in (3, 30):
        away = np.zeros((replays, 1))
        away[:2, 0] = np.sqrt(0.5), -np.sqrt(0.5)
        half.append(Spread(np.zeros(1), np.zeros((2, 1)), away).bounds(0.95).high[0])
    assert half[0] == pytest.approx(4.303, abs=0.01)
    assert half[1] == pytest.approx(2.045, abs=0.01)
