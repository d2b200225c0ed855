"""Laws of the difference of two arms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.experiments.designs import Effects, hours_log, tasks_log
from replay.experiment.arms.carry_over import carry_over, settled
from replay.experiment.arms.difference import LEAST_UNITS, Effect, Looks, difference
from replay.experiment.arms.unit_sums import MetricSums, UnitSums

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

LOOKS = Looks(0.95, 400.0)
SEEDS = st.integers(0, 10_000)


def found(units: UnitSums, arms: tuple[int, int] = (0, 1), *, adjusted: bool = True) -> Effect:
    effect = difference(units, "usd", arms, LOOKS, adjusted=adjusted)
    assert effect is not None
    return effect


def ends(effect: Effect) -> Floats:
    return np.array([effect.amount.value, effect.amount.low, effect.amount.high])


def with_cost(units: UnitSums, total: Floats) -> UnitSums:
    return UnitSums(units.arm, units.at, units.tasks, {"usd": MetricSums(total)}, units.covariates)


@given(SEEDS, st.floats(-1e3, 1e3))
def test_a_constant_added_to_every_task_changes_nothing(seed: int, constant: float) -> None:
    units = hours_log(60, seed, tasks_per_hour=5.0).units()
    moved = with_cost(units, units.metrics["usd"].total + constant * units.tasks)
    assert ends(found(moved)) == pytest.approx(ends(found(units)), rel=1e-6, abs=1e-7)


@given(SEEDS)
def test_arms_that_change_places_change_the_sign(seed: int) -> None:
    units = tasks_log(300, seed).units()
    value, low, high = ends(found(units, (1, 0)))
    assert [-value, -high, -low] == pytest.approx(list(ends(found(units))), abs=1e-12)


@given(SEEDS, st.floats(0.01, 100.0))
def test_another_unit_of_money_scales_the_interval(seed: int, factor: float) -> None:
    units = tasks_log(300, seed).units()
    scaled = with_cost(units, factor * units.metrics["usd"].total)
    assert ends(found(scaled)) == pytest.approx(factor * ends(found(units)), rel=1e-9)


@given(SEEDS)
def test_units_that_stand_together_say_what_their_tasks_say(seed: int) -> None:
    """The same sums as one task a unit: only the ratio counts."""
    units = tasks_log(300, seed).units()
    doubled = UnitSums(
        units.arm,
        units.at,
        2 * units.tasks,
        {"usd": MetricSums(2 * units.metrics["usd"].total)},
        2 * units.covariates,
    )
    assert ends(found(doubled)) == pytest.approx(ends(found(units)), rel=1e-9)


@given(SEEDS)
def test_a_covariate_that_is_a_shifted_copy_of_another_changes_little(seed: int) -> None:
    """A copy spends a degree of freedom, and no more."""
    units = tasks_log(400, seed).units()
    copies = np.column_stack([units.covariates, units.covariates[:, 0] + 5.0 * units.tasks])
    twice = UnitSums(units.arm, units.at, units.tasks, units.metrics, copies)
    assert found(twice).amount.value == pytest.approx(found(units).amount.value, abs=1e-9)
    assert found(twice).error == pytest.approx(found(units).error, rel=2e-3)


def test_covariates_that_explain_nothing_are_left_out() -> None:
    units = tasks_log(400, 3).units()
    noise = np.random.default_rng(1).normal(size=(400, 12))
    useless = UnitSums(units.arm, units.at, units.tasks, units.metrics, noise)
    assert found(useless).error <= found(units, adjusted=False).error


def test_there_is_no_interval_of_a_handful_of_units() -> None:
    units = tasks_log(60, 1).units()
    few = units.of(slice(0, LEAST_UNITS))
    assert difference(few, "usd", (0, 1), LOOKS) is None


def test_nothing_that_varies_is_no_evidence() -> None:
    units = tasks_log(60, 1).units()
    assert difference(with_cost(units, units.tasks), "usd", (0, 1), LOOKS) is None


def test_tasks_of_an_hour_are_not_taken_for_independent() -> None:
    """Costs of an hour go together: by task, the standard error is less than half of the truth."""
    errors = []
    for seed in range(5):
        log = hours_log(200, seed)
        by_hour = found(log.units(), adjusted=False).error
        tasks = UnitSums(log.arm, log.at, np.ones(len(log)), log.metrics, np.zeros((len(log), 0)))
        errors.append(by_hour / found(tasks).error)
    assert min(errors) > 2.0


def test_the_variance_of_rare_audits_is_that_of_the_confidences_where_none_was_wrong() -> None:
    """No audited answer was wrong, so what is seen says that accuracy is known exactly."""
    n, chance = 400, 0.05
    rng = np.random.default_rng(5)
    audited = rng.random(n) < chance
    confidence = np.full(n, 0.98)
    seen = confidence + audited / chance * (1.0 - confidence)
    sums = MetricSums(seen, confidence, confidence * (1 - confidence) / chance)
    ones = np.ones(n)
    units = UnitSums(rng.integers(0, 2, n), ones, ones, {"usd": sums}, np.zeros((n, 0)))
    believed = np.sqrt(4 * 0.98 * 0.02 / chance / n)
    assert found(units).error == pytest.approx(believed, rel=0.02)


def test_carry_over_is_found_and_none_is_invented() -> None:
    """An arm's cost that comes an hour late is found in 10 of 10 seeds; at most one of 10 is false.

    False alarms are at most 5 % each: two or more of 10 happen in 9 %, but at all looks together
    and looked at once they are far rarer.
    """
    late, none = 0, 0
    for seed in range(10):
        for carried in (0.006, 0.0):
            units = hours_log(600, seed, Effects(usd=0.004, carried=carried)).units()
            effect = carry_over(units, "usd", (0, 1), Looks(0.95, 600.0))
            assert effect is not None
            alarm = not effect.amount.low <= 0.0 <= effect.amount.high
            late += alarm and carried > 0
            none += alarm and not carried
    assert (late, none <= 1) == (10, True)


def test_settled_hours_show_what_an_arm_does_all_the_time() -> None:
    """All hours show only what comes at once, settled ones what comes later too: .004 and .010."""
    values = []
    for seed in range(8):
        units = hours_log(1000, seed, Effects(usd=0.004, carried=0.006)).units()
        values.append([found(units).amount.value, found(settled(units)).amount.value])
    assert np.mean(values, axis=0) == pytest.approx([0.004, 0.010], abs=0.0006)
