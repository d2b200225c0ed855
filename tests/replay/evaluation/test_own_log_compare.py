"""Several targets on our own log: differences paired by task, and intervals that hold together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay import compare, evaluate
from tests.replay.task_log.own_log_writer import (
    World,
    always_a_pmf,
    simulate,
    true_value,
    uniform_pmf,
    write_log,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from replay.results.evaluation import Comparison, Estimate, Evaluation

TARGETS = ("uniform", "always:a", "greedy")


def width(one: Estimate | None) -> float:
    assert one is not None
    return one.high - one.low


def main(answer: Evaluation) -> Estimate:
    assert answer.estimate is not None
    return answer.estimate


def difference(found: Comparison, at: int = 0) -> Estimate:
    estimate = found.differences[at].estimate
    assert estimate is not None
    return estimate


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    return write_log(folder / "log", simulate(World(flattery=0.05, audit=0.3), 1500, seed=3))


@pytest.fixture(scope="module")
def asks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asks")
    return write_log(folder / "log", simulate(World(stops=False), 800, seed=3))


@pytest.mark.parametrize("unit", ["task", "ask"])
def test_a_difference_is_that_of_the_values(unit: str, log: Path, asks: Path) -> None:
    found = compare(log if unit == "task" else asks, targets=TARGETS[:2])
    first, second = found.evaluations
    assert first.unit == unit
    assert first.value is not None
    assert second.value is not None
    assert difference(found).value == pytest.approx(second.value - first.value, abs=1e-9)
    assert (found.differences[0].target, found.differences[0].than) == ("always:a", "uniform")


@pytest.mark.parametrize("unit", ["task", "ask"])
def test_a_target_less_itself_is_nothing_for_sure(unit: str, log: Path, asks: Path) -> None:
    found = compare(log if unit == "task" else asks, targets=["uniform", "uniform"])
    nothing = difference(found)
    assert (nothing.value, nothing.low, nothing.high) == (0.0, 0.0, 0.0)
    one, other = found.evaluations
    assert one.estimates == other.estimates


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), audit=st.sampled_from([0.0, 0.3]))
def test_differences_turn_with_their_order(
    seed: int, audit: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("turned") / "log"
    write_log(path, simulate(World(audit=audit), 500, seed))
    forth = difference(compare(path, targets=["uniform", "always:a"]))
    back = difference(compare(path, targets=["always:a", "uniform"]))
    assert forth.value is not None
    assert back.value is not None
    assert (forth.value, forth.low, forth.high) == pytest.approx(
        (-back.value, -back.high, -back.low)
    )


def test_targets_compared_are_what_each_is_alone(log: Path) -> None:
    """Only the default estimator's interval is wider, so that those of all hold together."""
    found = compare(log, targets=TARGETS)
    for name, one in zip(TARGETS, found.evaluations, strict=True):
        alone = evaluate(log, target=name)
        assert one.value == alone.value
        assert one.estimates[:-1] == alone.estimates[:-1]
        assert one.gain == alone.gain
        assert one.money == alone.money
        assert one.notes == alone.notes
        assert width(one.estimate) > width(alone.estimate)
        assert 0.95 < main(one).level < 0.95 ** (1 / 3) + 1e-3  # Šidák's at most


def test_the_log_itself_holds_together_with_targets_and_has_no_difference(log: Path) -> None:
    found = compare(log, targets=["always:a", "logging", "uniform"])
    assert [one.target for one in found.differences] == ["uniform"]
    assert main(found.evaluations[1]).level > 0.95


def test_a_difference_is_surer_than_two_estimates_apart(log: Path) -> None:
    """What tasks have in common drops out: .83 of the width measured, 1 if they were apart."""
    found = compare(log, targets=["uniform", "always:a"])
    apart = math.hypot(
        *(width(evaluate(log, target=one.target).estimate) for one in found.evaluations)
    )
    assert width(difference(found)) < 0.9 * apart


def test_one_that_is_refused_has_no_difference(tmp_path: Path) -> None:
    path = write_log(tmp_path / "log", simulate(World(), 30, seed=1))
    found = compare(path, targets=["uniform", "always:a"])
    assert any(one.refused for one in found.evaluations)
    assert found.differences[0].estimate is None


def test_differences_hold_the_exact_truth(tmp_path: Path) -> None:
    """Of 40 logs 33 or more: at a coverage of .95 fewer has a chance of 1e-3.

    The mean is within 4 standard errors, false alarm 3e-4 (t of 39 degrees of freedom).
    """
    world = World(flattery=0.05, audit=0.3)
    pmfs: tuple[Callable[..., object], ...] = (uniform_pmf, always_a_pmf)
    less, more = (true_value(world, pmf) for pmf in pmfs)
    found = []
    for seed in range(40):
        path = write_log(tmp_path / f"log{seed}", simulate(world, 400, 100 + seed))
        found.append(difference(compare(path, targets=["uniform", "always:a"])))
    values = [one.value for one in found if one.value is not None]
    mean = math.fsum(values) / len(values)
    error = math.sqrt(
        math.fsum((one - mean) ** 2 for one in values) / (len(values) - 1) / len(values)
    )
    assert abs(mean - (more - less)) < 4 * error
    assert sum(one.low <= more - less <= one.high for one in found) >= 33


def test_bootstraps_are_made_of_groups_of_tasks(log: Path) -> None:
    """On many tasks bootstrap-t is near the normal interval: within 15 % of its width."""
    normal = evaluate(log, interval="normal")
    drawn = evaluate(log, interval="bootstrap-t")
    for name in ("SNIPS", "DR"):
        one, other = (
            next(e for e in answer.estimates if e.estimator == name) for answer in (normal, drawn)
        )
        assert "bootstrap" in other.interval
        assert width(other) == pytest.approx(width(one), rel=0.15)
