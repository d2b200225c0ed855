"""Arguments of `plan_experiment` and `read_experiment` that can't be used: one line, at once."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bandit.errors import BadValue
from replay import plan_experiment, read_experiment

NUMBERS = {
    "level": 95,
    "delay_usd_per_hour": float("nan"),
    "audit_usd": -3.0,
    "aa": 1.5,
}
"""A value of each number that both take, which is out of its range."""

SAYS = {
    "level": "level is 95, must be between 0 and 1",
    "delay_usd_per_hour": "delay_usd_per_hour is nan, must be 0 or more",
    "audit_usd": "audit_usd is -3.0, must be 0 or more",
    "aa": "aa is 1.5, must be a whole number, 0 to 100,000",
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("call", [plan_experiment, read_experiment])
def test_a_number_out_of_its_range_is_refused_before_the_log_is_read(call: Any, name: str) -> None:
    with pytest.raises(BadValue) as error:
        call("nowhere.db", **{name: NUMBERS[name]})
    assert str(error.value) == SAYS[name]


@pytest.mark.parametrize("call", [plan_experiment, read_experiment])
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"unit": "tasks"}, "unit is 'tasks', must be task, project or hour"),
        ({"shares": [0.5, 0.5]}, "shares is a list, must be a dict, such as {'control': 0.5"),
        ({"shares": {"a": "0.5", "b": 0.5}}, "share of a is '0.5', must be between 0 and 1"),
        ({"shares": {"a": 1.5, "b": -0.5}}, "share of a is 1.5, must be between 0 and 1"),
        ({"config": pd.DataFrame()}, "config is a DataFrame, must be a path"),
        ({"level": "0.95"}, "level is '0.95', must be between 0 and 1"),
        ({"level": True}, "level is True, must be between 0 and 1"),
        ({"control": 3}, "control is 3, must be the name of an arm"),
    ],
)
def test_an_argument_of_another_type_is_one_line(
    call: Any, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadValue) as error:
        call("nowhere.db", **options)
    assert says in str(error.value)


@pytest.mark.parametrize("call", [plan_experiment, read_experiment])
@pytest.mark.parametrize(
    ("log", "what"), [(None, "None"), (pd.DataFrame(), "a DataFrame"), (["a.db"], "a list")]
)
def test_a_log_that_is_no_path_is_one_line(call: Any, log: Any, what: str) -> None:
    with pytest.raises(BadValue, match=f"^log is {what}, must be a path$"):
        call(log)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"detect": ["usd=0.01"]}, "detect is a list, must be a dict, such as {'usd': 0.01}"),
        ({"not_worse": "usd"}, "not_worse is 'usd', must be a dict, such as {'usd': 0.01}"),
        ({"detect": {"usd": "0.01"}}, "detect of usd is '0.01', must be a number above 0"),
        ({"power": 80}, "power is 80, must be from 0.5 to 0.999"),
        ({"power": 0.999999}, "power is 0.999999, must be from 0.5 to 0.999"),
        ({"power": 0.01}, "power is 0.01, must be from 0.5 to 0.999"),
    ],
)
def test_a_plan_that_cannot_be_made_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadValue) as error:
        plan_experiment("nowhere.db", **options)
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"planned": 0}, "planned is 0, must be a whole number, 2 or more"),
        ({"planned": "10"}, "planned is '10', must be a whole number, 2 or more"),
        ({"warm_up": -1}, "warm_up is -1, must be a whole number, 0 or more"),
        ({"effect": -0.1}, "effect is -0.1, must be 0 or more"),
        ({"effect": float("nan")}, "effect is nan, must be 0 or more"),
        ({"metric": ["usd"]}, "metric is a list, must be the name of a metric"),
        ({"test": 3}, "test is 3, must be the name of a test"),
        ({"guards": [("accuracy", -0.01)]}, "guards: ('accuracy', -0.01) is not a name"),
        ({"by": 3}, "by is 3, must be a string or a list of strings"),
    ],
)
def test_a_reading_that_cannot_be_made_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadValue) as error:
        read_experiment("nowhere.db", **options)
    assert says in str(error.value)


def test_one_guard_as_a_string_is_one_guard_and_no_list_of_letters() -> None:
    with pytest.raises(BadValue, match="--guard 'accuracy': must be"):
        read_experiment("nowhere.db", guards="accuracy")
