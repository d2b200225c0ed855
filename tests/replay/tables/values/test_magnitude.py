"""Numbers too large or too small to be summed up: left out with the reason, never a traceback."""

from __future__ import annotations

import json
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from bandit.errors import BadValue
from replay import evaluate
from replay.report.json_output import as_json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.results.evaluation import Evaluation

N = 400


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Make every warning of numpy's an error, whatever pytest is told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def log(**first_rows: Any) -> Any:
    """400 rows by a coin; what is given replaces a column's first values."""
    rng = np.random.default_rng(1)
    columns: dict[str, list[Any]] = {
        "action": rng.choice(["a", "b"], N).tolist(),
        "reward": (rng.random(N) < 0.4).astype(float).tolist(),
        "propensity": [0.5] * N,
        "pi": [0.5] * N,
        "x": rng.normal(size=N).tolist(),
    }
    for name, values in first_rows.items():
        columns.setdefault(name, [0.0] * N)[: len(values)] = values
    return pa.table(columns)


def reasons(answer: Evaluation) -> list[tuple[str, int]]:
    return [(reason, rows) for reason, rows, _ in answer.unusable.ordered()]


@pytest.mark.parametrize("size", [1e31, -1e31, 3.4e38, 1e155, -1.7e308])
def test_a_reward_beyond_1e30_is_left_out_with_the_reason(size: float) -> None:
    answer = evaluate(log(reward=[size]), context="x")
    assert reasons(answer) == [("reward must be within ±1e+30", 1)]
    assert f"reward is {size:g}, must be within" in answer.unusable.lines()[0]
    assert answer.rows == N - 1


@pytest.mark.parametrize("size", [1e30, -1e30, 1e-300])
def test_a_reward_up_to_1e30_is_summed_up_by_every_estimator(size: float) -> None:
    answer = evaluate(log(reward=[size]), context="x")
    assert (answer.rows, answer.unusable.rows) == (N, 0)
    estimates = (*answer.estimates, *answer.withheld)  # refused if one reward is nearly the sum
    assert len(estimates) == 10
    for one in estimates:
        assert one.value is not None
        assert math.isfinite(one.value)
        assert one.low <= one.value <= one.high
    json.loads(as_json_text(answer))


def test_a_sum_of_columns_beyond_1e30_is_left_out() -> None:
    answer = evaluate(log(), reward="reward + 1e29*x - 9.9e29")
    assert reasons(answer)[0][0] == "reward + 1e29*x - 9.9e29 must be within ±1e+30"


def test_a_propensity_below_1e_15_is_left_out_with_the_reason() -> None:
    answer = evaluate(log(propensity=[1e-300, 5e-324, 1e-16]))
    assert reasons(answer) == [("propensity must be at least 1e-15", 3)]
    assert "propensity is 1e-300, must be at least 1e-15" in answer.unusable.lines()[0]


def test_a_propensity_of_1e_15_is_used_and_its_weight_refuses_an_answer() -> None:
    answer = evaluate(log(propensity=[1e-15], reward=[1e30]), context="x")
    assert answer.unusable.rows == 0
    assert answer.refused


def test_a_logged_action_with_a_tiny_chance_of_the_distribution_is_left_out() -> None:
    chances = {"p_a": [0.5] * N, "p_b": [0.5] * N}
    table = log(**chances)
    at = table["action"].to_pylist().index("a")
    chances["p_a"][at], chances["p_b"][at] = 1e-200, 1.0
    answer = evaluate(log(**chances).drop(["propensity"]), logged="columns:p_")
    assert reasons(answer) == [("the logged action's chance in p_* must be at least 1e-15", 1)]


def test_a_tiny_logged_chance_of_another_action_is_no_support() -> None:
    """A softmax that underflows gives 1e-200: the log can't do that action, uniform can."""
    chances = {"p_a": [0.5] * N, "p_b": [0.5] * N, "p_c": [1e-200] * N}
    answer = evaluate(log(**chances), logged="columns:p_")
    assert answer.diagnostics.no_support_rows == N
    assert answer.verdict.startswith(
        "cannot answer: uniform takes actions that the logging policy could not take"
    )


def test_a_tiny_chance_of_the_target_counts_as_none() -> None:
    tiny, none = log(pi=[1e-300] * 9), log(pi=[0.0] * 9)
    assert (
        evaluate(tiny, target="column:pi").estimates == evaluate(none, target="column:pi").estimates
    )
    assert evaluate(log(pi=[1e-320] * N), target="column:pi").refused


@pytest.mark.parametrize("size", [1e308, -1e200, math.inf])
def test_a_context_beyond_any_unit_changes_no_scale(size: float) -> None:
    answer = evaluate(log(x=[size]), context="x")
    assert (answer.rows, answer.verdict) == (N, "good")
    assert answer.value == pytest.approx(evaluate(log(), context="x").value, abs=0.01)


def test_whole_numbers_that_a_float_can_not_hold_exactly_are_rewards_too() -> None:
    large = pa.table({"action": ["a", "b"] * 200, "reward": [2**53 + 1, 2**63 - 1] * 200})
    answer = evaluate(large.append_column("propensity", pa.array([0.5] * N)))
    assert answer.logging.value == pytest.approx((2**53 + 2**63) / 2)


@pytest.mark.parametrize("ends", [(-1e308, 1e308), (0, 1e31)])
def test_a_reward_range_is_within_the_same_limits(ends: tuple[float, float]) -> None:
    with pytest.raises(BadValue, match=r"reward range is .* must be within ±1e\+30, as rewards"):
        evaluate(log(), reward_range=ends)


@pytest.mark.parametrize("estimators", [(), ("IPS", "SNIPS")])
def test_rewards_too_small_to_be_squared_are_refused(estimators: tuple[str, ...]) -> None:
    """Their variance would be rounded to 0, and the interval to a point; in one pass too."""
    asked: dict[str, Any] = {"target": "column:pi", "estimators": estimators}
    with pytest.raises(BadValue, match=r"rewards are about .*e-301: their mean or spread must"):
        evaluate(log(), reward="1e-300*reward", **asked)
    assert evaluate(log(), reward="1e-29*reward", **asked).verdict == "good"
