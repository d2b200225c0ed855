"""Only the logged action's chances are known, and large weights were not drawn: bound or refuse."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binom

from bench.attacks.blind import SURE, Blind, make, world
from replay import evaluate
from replay.stats.unseen_tail import DrawnWeights, least_square

if TYPE_CHECKING:
    from replay.results.evaluation import Evaluation

ROWS, LOGS = 3_000, 100
ALARM = 1e-3
HEAVY = (
    Blind("heavy: softmax 2 against 1", 2.0, 1.0),
    Blind("heavy: 200 actions", 1.0, 1.0, actions=200),
    Blind("heavy: alike, deterministic log", SURE, SURE, floor=0.0001, alike=0.97),
)
HEALTHY = (
    Blind("healthy: softmax, floor .01", 1.0, 1.7, floor=0.01),
    Blind("healthy: deterministic target", 1.0, SURE, floor=0.03),
    Blind("healthy: uniform target", 0.5, 0.0, actions=50, floor=0.002),
)


class Answered(NamedTuple):
    """Of the logs of a design: how many were answered, and how many intervals held the truth."""

    logs: int
    held: int


def asked(design: Blind, seed: int, *estimators: str) -> Evaluation:
    rng = np.random.default_rng([1, seed])
    table = pa.table(make(design, rng, ROWS))
    return evaluate(table, target="column:chance", estimators=estimators)


@cache
def answered(design: Blind) -> Answered:
    truth = world(design).truth()
    logs = [asked(design, seed, "SNIPS") for seed in range(LOGS)]
    ends = [log.estimates[0] for log in logs if not log.refused]
    return Answered(len(ends), sum(one.low <= truth <= one.high for one in ends))


def of(design: Blind) -> str:
    return design.name


@pytest.mark.parametrize("design", HEAVY, ids=of)
def test_logs_that_missed_the_large_weights_are_refused(design: Blind) -> None:
    """Of 100 logs whose expected effective sample size is below 5, at most 12 are answered.

    By the effective sample size of the weights drawn 23, 56 and 97 of them were, and .78, .36 and
    .64 of those held the truth. At a true share of 4 % answered
    a design fails with a chance of 3e-4.
    """
    assert ROWS * world(design).pess_share() < 5
    assert answered(design).logs <= 12


@pytest.mark.parametrize("design", HEALTHY, ids=of)
def test_logs_of_a_good_expected_effective_sample_are_answered(design: Blind) -> None:
    """Of 100 logs at least 95; at a true share of 99 % a design fails with a chance of 5e-4."""
    assert ROWS * world(design).pess_share() > 100
    assert answered(design).logs >= 95


@pytest.mark.parametrize("design", HEALTHY, ids=of)
def test_what_is_answered_holds_the_truth(design: Blind) -> None:
    """At a true coverage of .93 each of the three designs fails with a chance of at most 1e-3.

    Of the heavy ones hardly a log is answered.
    """
    logs, held = answered(design)
    assert binom.cdf(held, logs, 0.93) >= ALARM, f"{held} of {logs}"


def test_one_pass_over_three_columns_finds_the_same_bound() -> None:
    quick, full = asked(HEALTHY[0], 0, "SNIPS"), asked(HEALTHY[0], 0)
    assert quick.diagnostics.ess_lower is not None
    assert quick.diagnostics.ess_lower == pytest.approx(full.diagnostics.ess_lower)
    assert quick.diagnostics.variance_factor == pytest.approx(full.diagnostics.variance_factor)


def test_the_bound_from_one_action_is_below_the_mean_square_weight_of_all() -> None:
    """Whichever action was drawn: π²/μ + (1 − π)²/(1 − μ) is at most Σ π²/μ, seeded."""
    rng = np.random.default_rng(0)
    logging = rng.dirichlet(np.full(4, 0.3), size=2_000) + 1e-12
    target = rng.dirichlet(np.full(4, 0.3), size=2_000)
    square = (target**2 / logging).sum(axis=1)
    for action in range(4):
        weight = target[:, action] / logging[:, action]
        assert (least_square(weight, logging[:, action]) <= square * (1 + 1e-6)).all()


def test_two_actions_are_known_by_one_of_them() -> None:
    """Chances of .9 and .1 under .2 and .8: (.2² / .9) + (.8² / .1)."""
    square = 0.2**2 / 0.9 + 0.8**2 / 0.1
    found = least_square(np.array([0.2 / 0.9, 0.8 / 0.1]), np.array([0.9, 0.1]))
    assert found == pytest.approx([square, square])


def test_a_log_that_nearly_always_takes_one_action_is_seen_through() -> None:
    """The other action, 30 % of the target, was never drawn: all weights are .7 / .999, alike."""
    n = 1_000
    table = {
        "action": ["a"] * n,
        "reward": [0.0, 1.0] * (n // 2),
        "propensity": [0.999] * n,
        "chance": [0.7] * n,
    }
    answer = evaluate(pa.table(table), target="column:chance", estimators=["SNIPS"])
    assert answer.diagnostics.ess == pytest.approx(n)
    least = 0.49 / 0.999 + 0.09 / 0.001
    assert answer.diagnostics.ess_lower == pytest.approx(
        min(n / least, n / (1 + n * 0.3**2 / 4)), rel=0.02
    )
    assert answer.verdict.startswith("cannot answer: effective sample size")


def test_a_small_deficit_of_weight_is_refused_or_widens_the_interval() -> None:
    """A mean weight of .96, far from 1: answered, and the missing .04 may be worth as far away.

    Weights are .96 ± .02, of which the standard error is .0006: 63 of them below 1.
    """
    n = 1_000
    table = {
        "action": ["a", "b"] * (n // 2),
        "reward": [0.0, 1.0, 1.0, 0.0] * (n // 4),
        "propensity": [0.5] * n,
        "chance": [0.47, 0.49] * (n // 2),
    }
    answer = evaluate(pa.table(table), target="column:chance", estimators=["SNIPS"])
    assert not answer.refused
    estimate = answer.estimates[0]
    assert estimate.value is not None
    assert estimate.high - estimate.value > 1.9 * 0.04 * 0.5
    table["chance"] = [0.36, 0.38] * (n // 2)
    answer = evaluate(pa.table(table), target="column:chance", estimators=["SNIPS"])
    assert answer.verdict.startswith("cannot answer: mean weight 0.74 (expected 1)")


def test_no_deficit_leaves_the_variance_as_it_is() -> None:
    assert DrawnWeights(1_000, 100.0, 0.3, 1.0, 0.1).variance_factor == 1.0


def test_a_log_of_all_chances_is_judged_by_them_alone() -> None:
    table = pa.table(make(HEALTHY[0], np.random.default_rng(0), ROWS))
    found = evaluate(table, target="uniform").diagnostics
    assert found.pess is None
    assert found.ess_lower is not None
    shared = {"action": ["a", "b"] * 200, "reward": [0.0, 1.0] * 200, "propensity": [0.5] * 400}
    for name in "ab":
        shared |= {f"m_{name}": [0.5] * 400}
    found = evaluate(pa.table(shared), target="always:a", logged="columns:m_").diagnostics
    assert found.pess is not None
    assert found.ess_lower is found.weight_deficit is found.variance_factor is None
