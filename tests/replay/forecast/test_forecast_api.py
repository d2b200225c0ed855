"""Forecasts from Python say what the command says, and refuse what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import replay
from bandit.errors import BadValue
from replay.cli.verbs import forecast as command
from tests.replay.forecast.simulated_work import MONDAY, work, write_work

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    times = MONDAY + np.arange(160) * 900.0
    return write_work(tmp_path_factory.mktemp("api") / "labels.db", work(times.tolist(), 1))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    lines = [f"{MONDAY + 900.0 * number:.0f},{number % 7}" for number in range(200)]
    (tmp_path / "t.csv").write_text("\n".join(["at,usd", *lines]) + "\n")
    return tmp_path / "t.csv"


def printed(*words: object) -> Any:
    answer = CliRunner().invoke(command, [*map(str, words), "--json"], catch_exceptions=False)
    return json.loads(answer.output)


def test_a_log_is_forecast_as_the_command_does(log: Path) -> None:
    words = ("--horizon", 6, "--rate", "crowd=9", "--capacity", "crowd=5", "--budget", 3)
    found = replay.forecast_log(
        log, horizon=6, rate={"crowd": 9.0}, capacity={"crowd": 5.0}, budget_usd=3.0
    )
    assert json.loads(msgspec.json.encode(found)) == printed(log, *words)


def test_a_table_is_forecast_as_the_command_does(table: Path) -> None:
    found = replay.forecast_table(table, rate=4.0, horizon=5)
    assert found.pools[0].staffing is not None
    assert json.loads(msgspec.json.encode(found)) == printed(
        "--table", table, "--rate", 4, "--horizon", 5
    )
    averaged = replay.forecast_table(table, column="at", average="usd")
    assert json.loads(msgspec.json.encode(averaged)) == printed(
        "--table", table, "--average", "usd", "--column", "at"
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"per": "week"}, "per 'week': must be 'hour' or 'day'"),
        ({"horizon": 0}, "horizon 0: must be 1 or more"),
        ({"level": 0.3}, "level 0.3: must be between 0.5 and 0.99"),
        ({"service": 1.0}, "service 1: must be between 0.5 and 0.999"),
        ({"rate": 0.0}, "rate 0: must be above 0"),
        ({"rate": {"crowd": -1.0}}, "rate of crowd -1: must be above 0"),
        ({"budget_usd": 0.0}, "budget_usd 0: must be above 0"),
        ({"budget_usd": "3"}, "budget_usd is '3', must be a number"),
        ({"horizon": 1.5}, "horizon is 1.5, must be a whole number"),
        ({"level": "0.9"}, "level is '0.9', must be a number"),
        ({"rate": "12"}, "rate is '12', must be a dict, such as {'crowd': 12.0}"),
        ({"capacity": [3]}, "capacity is a list, must be a dict, such as {'crowd': 40.0}"),
        ({"capacity": {"crowd": "3"}}, "capacity of crowd is '3', must be a number"),
        ({"project": 3}, "project is 3, must be the name of a project"),
        ({"capacity": {"crwd": 5.0}}, "no such pool; did you mean 'crowd'"),
    ],
)
def test_what_cannot_be_asked_is_one_line(log: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadValue) as error:
        replay.forecast_log(log, **options)
    assert says in str(error.value)


def test_a_table_in_memory_is_no_file(table: Path) -> None:
    given: Any = pd.read_csv(table)
    with pytest.raises(BadValue, match=r"^table is a DataFrame, must be a path$"):
        replay.forecast_table(given)
    with pytest.raises(BadValue, match=r"^now is '2026-01-01', must be a number$"):
        replay.forecast_table(table, now="2026-01-01")  # type: ignore[arg-type]  # a mistake


def test_a_sum_and_a_mean_exclude_each_other(table: Path) -> None:
    with pytest.raises(BadValue, match="amount and average: give one of them"):
        replay.forecast_table(table, amount="usd", average="usd")
