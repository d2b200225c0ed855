"""Promises of `poolwise experiment`, simulated with fewer runs than `bench/experiments/prove.py`.

The figures with 1,000 runs stand in `docs/decisions/0039-experiments.md`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bandit.errors import CannotAnswer
from bench.experiments.designs import Effects, hours_log, pilot, tasks_log
from bench.experiments.interference import market_log, true_effect
from bench.experiments.prove import HALVES, aa, cuped, interference, power, ratio
from replay.experiment.arms.difference import Looks, difference
from replay.experiment.arms.false_alarms import false_alarms
from replay.experiment.arms.sample_ratio import sample_ratio
from replay.experiment.arms.unit_sums import MetricSums, UnitSums
from replay.experiment.planning.goals import Design, Goal
from replay.experiment.planning.pilot_variance import pilot_variance
from replay.experiment.planning.plan import plan_test
from replay.intervals.student import quantile


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "metric", "size"),
    [("task", "usd", 600), ("task", "accuracy", 1000), ("hour", "usd", 168)],
)
def test_at_most_six_of_100_aa_tests_raise_an_alarm(unit: str, metric: str, size: int) -> None:
    """200 tests, 20 looks each, fail above 20: false alarm 3e-3 at a true 5 %, 1e-12 at 1 %.

    A true rate of 15 % is caught in 97 of 100. Normal intervals, looked at 20 times, have 25 %.
    """
    assert aa(unit, metric, size, 200, 7).hits <= 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "metric", "effect"), [("task", "usd", 0.004), ("hour", "usd", 0.003)]
)
def test_a_test_of_the_planned_size_finds_the_effect(unit: str, metric: str, effect: float) -> None:
    """Of 100, fail below 67: false alarm 1e-3; a power of 60 % is caught in 91 of 100."""
    _, anytime, once = power(unit, Goal("detect", metric, effect), Effects(usd=effect), 100, 3)
    assert min(anytime.hits, once.hits) >= 67


def test_cuped_shortens_as_much_as_was_planned() -> None:
    planned, came = cuped(20, 5)
    assert planned > 0.15
    assert came == pytest.approx(planned, abs=0.04)


def test_a_test_of_52_to_48_is_caught_and_one_of_50_to_50_is_not() -> None:
    """97 of 100 are due: fail below 90 (1e-3). At most 1 of 100 is due: fail above 5 (5e-4)."""
    assert ratio(18_000, 0.52, 100, 3).hits >= 90
    assert ratio(18_000, 0.50, 100, 3).hits <= 5


def test_shares_that_were_declared_unequal_are_no_mismatch() -> None:
    rng = np.random.default_rng(2)
    arm = (rng.random(20_000) < 0.1).astype(np.int64)
    assert not sample_ratio(arm, {"control": 0.9, "new": 0.1}).is_mismatch
    assert sample_ratio(arm, HALVES).is_mismatch


def test_arms_that_share_a_scarce_pool_bias_a_test_by_task_but_no_switchback() -> None:
    """The truth is 1.8 points; by task the test shows 6.8, and none of 10 intervals covers it.

    A switchback's 10 intervals cover it all but once at most: of 95 %, false alarm 9 %, if they
    were looked at once; at all looks they cover in more than 99 of 100.
    """
    truth, found = interference(10, 3, hours=400)
    by_task, by_hour = found["task"], found["hour"]
    assert by_task[0] - truth == pytest.approx(0.05, abs=0.005)
    assert by_task[1].hits == 0
    assert by_hour[0] == pytest.approx(truth, abs=0.006)
    assert by_hour[1].hits >= 9


def test_the_truth_of_the_scarce_market_is_that_of_its_docstring() -> None:
    assert true_effect(2000) == pytest.approx((24 - 18) / 60 * 0.17, abs=0.002)
    assert len(market_log(10, 1, by_hour=True)) > 400


def test_more_audits_make_a_test_of_accuracy_shorter_and_cost_about_the_same_gold() -> None:
    log = pilot(tasks_log(3000, 1, audit=0.05))
    rows = plan_test(log, (Goal("not worse", "accuracy", 0.02),), Design("task", HALVES)).plans
    assert [row.audits for row in rows] == [1, 2, 5]
    assert rows[0].units > 1.8 * rows[1].units > 2 * 1.8 * rows[2].units
    gold = [row.usd_gold or 0.0 for row in rows]
    assert max(gold) < 1.3 * min(gold)


def test_days_are_the_units_over_those_that_come_a_day() -> None:
    log = pilot(hours_log(240, 1))
    row = plan_test(log, (Goal("detect", "usd", 0.003),), Design("hour", HALVES)).plans[0]
    assert row.days == pytest.approx(row.units / 24, rel=0.01)
    assert row.usd_gold is None


def test_several_arms_take_more_tasks() -> None:
    log = pilot(tasks_log(1000, 1))
    goal = (Goal("detect", "usd", 0.005),)
    thirds = {"control": 1 / 3, "a": 1 / 3, "b": 1 / 3}
    two = plan_test(log, goal, Design("task", HALVES)).plans[0].units
    three = plan_test(log, goal, Design("task", thirds)).plans[0].units
    assert three > 1.5 * two


def test_aa_tests_on_a_log_draw_arms_that_are_unlike_the_logs() -> None:
    """The log's arms differ by far; units drawn anew don't: fail above 5 of 20 (3e-4 at 5 %)."""
    log = tasks_log(600, 2, Effects(usd=0.02))
    units, looks = log.units(), Looks(0.95, 600.0)
    effect = difference(units, "usd", (0, 1), looks)
    assert effect is not None
    assert effect.amount.low > 0.0
    found = false_alarms(units, log.unit_keys(), "usd", looks, 20)
    assert (found.tests, found.alarms <= 5) == (20, True)


def test_aa_tests_draw_arms_as_unequal_as_those_of_the_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = tasks_log(600, 2)
    drawn: list[float] = []

    def note(units: UnitSums, *_: object) -> bool:
        drawn.append(float(np.mean(units.arm)))
        return False

    monkeypatch.setattr("replay.experiment.arms.false_alarms.is_alarmed", note)
    false_alarms(log.units(), log.unit_keys(), "usd", Looks(0.95, 600.0), 20, control=0.9)
    assert np.mean(drawn) == pytest.approx(0.1, abs=0.01)


def test_a_metric_that_is_the_same_in_every_task_cannot_be_planned() -> None:
    """Three labels at one price for each task: what poolwise would pay varies, though."""
    log = pilot(tasks_log(300, 1))
    alike = replace(log, metrics=log.metrics | {"usd": MetricSums(np.full(300, 0.15))})
    design = Design("task", HALVES)
    with pytest.raises(CannotAnswer, match="cost of labels can't be planned: it is the same in"):
        plan_test(alike, (Goal("detect", "usd", 0.005),), design)
    assert "usd" not in {row.metric for row in plan_test(alike, (), design).detectable}


@pytest.mark.parametrize("effect", [1e-12, 1e-200, 1e-320])
def test_an_effect_that_no_test_could_find_is_refused(effect: float) -> None:
    log = pilot(tasks_log(300, 1))
    with pytest.raises(CannotAnswer, match="takes more than 1e\\+12 tasks; name a larger effect"):
        plan_test(log, (Goal("detect", "usd", effect),), Design("task", HALVES))


def test_heavy_tails_and_a_small_arm_take_more_tasks_than_the_variance_says() -> None:
    """Intervals are as much wider as few degrees of freedom make Student's quantile."""
    log = pilot(tasks_log(1000, 1))
    rng = np.random.default_rng(1)
    heavy = replace(log, metrics={"usd": MetricSums(np.where(rng.random(1000) < 0.01, 5.0, 0.0))})
    variance = pilot_variance(heavy.units(), "usd")
    for shares in (HALVES, {"control": 0.9, "new": 0.1}):
        design = Design("task", shares)
        (row,) = plan_test(heavy, (Goal("detect", "usd", 0.25),), design).plans
        freedom = variance.freedom * row.units_once * design.balance
        plain = 2.802**2 * variance.planned * design.spread / 0.25**2
        widened = (quantile(freedom, 0.95) / quantile(None, 0.95)) ** 2
        assert widened > 1.02
        assert row.units_once == pytest.approx(plain * widened, rel=0.01)
