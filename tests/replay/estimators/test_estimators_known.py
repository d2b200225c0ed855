"""Estimators on logs where what they must say is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest

from replay.estimators.clipped import Clipped
from replay.estimators.cressie_read import CressieRead
from replay.estimators.dr import Dr
from replay.estimators.dros import Dros
from replay.estimators.gains import DrGain, SnGain
from replay.estimators.ips import Ips
from replay.estimators.rejection import Rejection
from replay.estimators.sn_baseline import SnBaseline
from replay.estimators.sndr import Sndr
from replay.estimators.switch_dr import SwitchDr
from replay.numerics.hashed_uniform import uniforms
from replay.stats.weighted_rows import Scored

ROWS = 3000


def heavy(seed: int, n: int = ROWS) -> tuple[Scored, float]:
    """Rewards of 0 and 1 under a target that the log seldom did: the true value is .6.

    In a tenth of the rows the target's action had a chance of .01 (weight 100), else of .9.
    """
    rng = np.random.default_rng(seed)
    rare = rng.random(n) < 0.1
    chance = np.where(rare, 0.01, 0.9)
    taken = rng.random(n) < chance
    weight = taken / chance
    reward = (rng.random(n) < np.where(rare, 0.15, 0.65)).astype(float)
    model = np.full(n, 0.5)
    noise = (model * (1 - model))[:, None]
    return Scored(
        weight,
        reward,
        model,
        model,
        noise,
        (1 / chance)[:, None] * noise,
        np.ones(n),
        np.zeros(n),
        1 / chance,
        index=np.arange(n),
        top=1 / chance,
    ), 0.6


@pytest.mark.parametrize(
    "empty",
    [Clipped(parameters=(2.0,)), SwitchDr(parameters=(2.0,)), Dros(parameters=(2.0,))],
    ids=lambda e: e.name,
)
def test_shrunk_estimators_hold_the_truth_by_their_bias_bound(empty: Any) -> None:
    """400 logs whose large weights are cut to 2: at most 35 misses (5e-4 by chance at 5 %)."""
    misses = 0
    for seed in range(400):
        rows, truth = heavy(seed)
        low, high, rule = empty.receive(rows).interval("binary", 0.95)
        misses += not low <= truth <= high
        assert "bias bound" in rule
    assert misses <= 35


def test_what_is_cut_off_is_bounded_though_it_was_never_drawn() -> None:
    """Without a single large weight in 50 rows, the missing weight still shows: E[w] is 1."""
    rows, _ = heavy(3, 50)
    assert rows.weight.max() < 2
    clipped = Clipped().receive(rows)
    assert clipped.sums.left_out().max() == pytest.approx(1 - rows.weight.mean())


def test_the_shrinkage_is_chosen_by_weights_alone() -> None:
    rows, _ = heavy(1)
    other = replace(rows, reward=1 - rows.reward)
    assert Clipped().receive(rows).setting() == Clipped().receive(other).setting()


def test_clipping_above_every_weight_is_ips() -> None:
    rows, _ = heavy(1)
    clipped = Clipped(parameters=(1e6,)).receive(rows)
    assert clipped.value() == pytest.approx(Ips().receive(rows).value())


def test_switching_and_shrinking_little_is_dr() -> None:
    rows, _ = heavy(1)
    dr = Dr().receive(rows).value()
    assert SwitchDr(parameters=(1e6,)).receive(rows).value() == pytest.approx(dr)
    assert Dros(parameters=(1e12,)).receive(rows).value() == pytest.approx(dr, rel=1e-6)


def test_sndr_does_not_move_with_a_constant_added_to_all_rewards() -> None:
    """Where the model is a constant, SNDR follows rewards exactly; DR only on average."""
    rows, _ = heavy(2)
    moved = replace(rows, reward=rows.reward + 10)
    before, after = Sndr().receive(rows).value(), Sndr().receive(moved).value()
    assert before is not None
    assert after == pytest.approx(before + 10)


@pytest.mark.parametrize(
    "estimator", [Ips, Clipped, CressieRead, Rejection, SwitchDr, Dros, Sndr, Dr]
)
def test_the_default_intervals_cover(estimator: type) -> None:
    """400 logs of 3,000 rows, effective sample 360: at most 35 misses (5e-4 by chance at 5 %)."""
    misses = 0
    for seed in range(400):
        rows, truth = heavy(seed)
        low, high, _ = estimator().receive(rows).interval("binary", 0.95)
        misses += not low <= truth <= high
    assert misses <= 35


def test_cressie_read_is_less_noisy_than_ips() -> None:
    """Over 200 logs whose rewards are nearly all 1: IPS moves with the weights, it doesn't."""
    ips: list[Any] = []
    cressie: list[Any] = []
    for seed in range(200):
        rows, _ = heavy(seed)
        rows = replace(rows, reward=(np.random.default_rng(seed).random(ROWS) < 0.9).astype(float))
        ips.append(Ips().receive(rows).value())
        cressie.append(CressieRead().receive(rows).value())
    assert np.std(cressie) < 0.5 * np.std(ips)


def test_rejection_of_a_uniform_log_keeps_the_rows_that_agree() -> None:
    """Weights are 4 or 0: all of the rows where the target's action was taken are accepted."""
    rng = np.random.default_rng(1)
    taken = rng.random(ROWS) < 0.25
    rows, _ = heavy(1)
    even = replace(rows, weight=np.where(taken, 4.0, 0.0), top=np.full(ROWS, 4.0))
    rejection = Rejection().receive(even)
    assert rejection.accepted()[0] == taken.sum()
    assert rejection.value() == pytest.approx(rows.reward[taken].mean())


def test_a_gain_is_what_the_target_earns_less_what_was_logged() -> None:
    rows, _ = heavy(4)
    dr, ahead = Dr().receive(rows).value(), DrGain().receive(rows).value()
    assert dr is not None
    assert ahead == pytest.approx(dr - rows.reward.mean())


def test_the_gain_of_the_self_normalised_form_is_its_own() -> None:
    rows, _ = heavy(4)
    value, ahead = SnBaseline().receive(rows).value(), SnGain().receive(rows).value()
    assert value is not None
    assert ahead == pytest.approx(value - rows.reward.mean())


@pytest.mark.parametrize("empty", [DrGain(), SnGain()], ids=lambda e: type(e).__name__)
def test_intervals_of_gains_cover(empty: Any) -> None:
    """400 logs; the logged mean is .6 too, so the gain is 0: at most 35 misses (5e-4 by chance)."""
    misses = 0
    for seed in range(400):
        low, high, _ = empty.receive(heavy(seed)[0]).interval("real", 0.95)
        misses += not low <= 0 <= high
    assert misses <= 35


def test_a_gain_of_a_policy_that_is_the_logging_one_is_none_for_sure() -> None:
    rows, _ = heavy(5)
    same = replace(
        rows, weight=np.ones(ROWS), direct=rows.predicted, chi=np.ones(ROWS), spread=rows.noise
    )
    low, high, _ = DrGain().receive(same).interval("real", 0.95)
    assert low == pytest.approx(0, abs=1e-12)
    assert high == pytest.approx(0, abs=1e-12)


def test_keyed_numbers_are_uniform_and_differ_by_key() -> None:
    """False alarm 1e-3 a test; seeded by nature."""
    numbers = uniforms(np.arange(20_000), "one")
    assert kstest(numbers, "uniform").pvalue > 1e-3
    other = uniforms(np.arange(20_000), "two")
    assert abs(np.corrcoef(numbers, other)[0, 1]) < 0.024
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.024
