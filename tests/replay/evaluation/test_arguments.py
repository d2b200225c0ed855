"""Arguments of `evaluate`, `compare` and `tune` as people give them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bandit.errors import BadValue, InputError, PoolwiseError, UnknownColumn
from replay import compare, evaluate
from replay.report.json_output import as_json_text
from replay.tune.tune import tune
from tests.replay.tables.formats.test_table import frame


def test_one_name_as_a_string_is_that_name_and_no_list_of_letters() -> None:
    data = frame().rename(columns={"x": "user"})
    answer = evaluate(data, context="user", by="user", estimators="DR")
    listed = evaluate(data, context=["user"], by=["user"], estimators=["DR"])
    assert as_json_text(answer) == as_json_text(listed)
    assert len(answer.slices) == 3


def test_a_name_that_is_not_there_is_named_whole() -> None:
    with pytest.raises(UnknownColumn, match="no column 'user'"):
        evaluate(frame(), context="user")


def test_one_target_as_a_string_or_a_path_is_one_target() -> None:
    assert [one.target for one in compare(frame(), targets="logging").evaluations] == ["logging"]
    with pytest.raises(PoolwiseError, match=r"nowhere\.toml: no such file"):
        compare(frame(), targets=Path("nowhere.toml"))


def test_tune_takes_one_context_as_a_string() -> None:
    with pytest.raises(UnknownColumn, match="no column 'user'"):
        tune(frame(), context="user")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"context": 3}, "context is 3, must be a string or a list of strings"),
        ({"by": [3]}, "by: 3 is not a name, must be a string"),
        ({"cluster": 3}, "cluster is 3, must be the name of a column"),
        ({"level": "high"}, "level is 'high', must be a number"),
        ({"replays": "3"}, "replays is '3', must be a whole number"),
        ({"worth": None}, "worth is None, must be a number"),
        ({"interval": 3}, "interval is 3, must be the name of an interval"),
        ({"level": 1 - 1e-12}, "level is 0.999999999999, must be at most 0.999999999"),
        ({"reward_range": 3}, "reward range is 3, must be two numbers: LOW and HIGH"),
        ({"reward_range": ("a", "b")}, "must be two numbers: LOW and HIGH"),
        ({"target": 3}, "target is 3, must be a string or a path"),
        ({"target": "column:wanted", "estimators": ["DR"]}, "target column:wanted: no estimate by"),
    ],
)
def test_an_argument_of_another_type_is_one_line(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadValue) as error:
        evaluate(frame(), **options)
    assert says in str(error.value)


@pytest.mark.parametrize("column", ["action", "reward", "propensity", "logged", "cluster"])
def test_a_column_that_is_no_name_is_the_same_error_for_evaluate_and_tune(column: str) -> None:
    options: dict[str, Any] = {column: 3}
    for function in (evaluate, tune):
        with pytest.raises(BadValue, match=f"^{column} is 3, must be the name of a column$"):
            function(frame(), **options)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rate": "2"}, "rate is '2', must be a number or a list of numbers"),
        ({"rate": ["2"]}, "rate is '2', must be a number"),
        ({"floor": None}, "floor is None, must be a number or a list of numbers"),
        ({"explorer": 3}, "explorer is 3, must be a string or a list of strings"),
        ({"horizon": 300.5}, "horizon is 300.5, must be a whole number"),
        ({"seed": "a"}, "seed is 'a', must be a whole number"),
        ({"tasks": "5"}, "tasks is '5', must be a whole number"),
        ({"precision": "0.02"}, "precision is '0.02', must be a number"),
        ({"level": True}, "level is True, must be a number"),
        ({"today": 3}, "today is 3, must be a policy or a path"),
        ({"candidates": ["x"]}, "candidates is 'x', must be a policy"),
        ({"candidates": 3}, "candidates is 3, must be a path or a list of policies"),
        ({"new": 3}, "new is 3, must be uniform or always:ACTION"),
    ],
)
def test_an_argument_of_tune_of_another_type_is_one_line(
    options: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadValue) as error:
        tune(frame(), **options)
    assert str(error.value) == says


def test_tune_takes_numbers_one_by_one_and_from_numpy() -> None:
    one: dict[str, Any] = {
        "explorer": "inverse_gap",
        "action": "a",
        "replays": np.int64(2),
        "floor": 0.02,
    }
    rates: list[Any] = [20.0, np.array([20.0]), [np.float32(20.0)]]
    for rate in rates:
        with pytest.raises(UnknownColumn, match="no column 'a'"):
            tune(frame(), rate=rate, **one)


def test_no_targets_are_an_error() -> None:
    with pytest.raises(BadValue, match="no target is named"):
        compare(frame(), targets=[])


@pytest.mark.parametrize("name", ["action", "reward", "propensity"])
def test_what_is_known_only_with_the_action_is_no_context(name: str) -> None:
    with pytest.raises(BadValue, match=f"--context {name}: it is the {name}"):
        evaluate(frame(), context=name)


def test_prices_are_for_our_own_log() -> None:
    with pytest.raises(InputError, match="are for poolwise's own logs"):
        evaluate(frame(), audit_usd=0.5)


def test_a_rule_for_rewards_leaves_gains_to_the_default() -> None:
    found = evaluate(frame(), target="uniform", interval="wilson")
    assert found.gain is not None
    assert found.gain == evaluate(frame(), target="uniform").gain
