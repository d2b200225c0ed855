"""`evaluate_learning`: what a policy that learns would earn, in words and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from bandit.errors import CannotAnswer, ConfigError
from bandit.settings import PolicySettings
from replay.learning import Learned, evaluate_learning
from replay.learning.walked import HISTORY, Walking
from replay.tables.columns import Wanted
from replay.tables.find_columns import find_columns
from replay.tables.survey import survey
from replay.tables.table import open_table
from tests.replay.learning.market import NAMES, RIGHT, live, log

POLICY = PolicySettings(explorer="epsilon_greedy", rate=0.2)


def as_table(n: int = 3000, seed: int = 1, **columns: Any) -> pa.Table:
    rows = log(n, seed)
    data = {
        "action": np.array(NAMES)[rows.action],
        "reward": rows.reward,
        "propensity": rows.propensity,
        "type": rows.context["type"],
    }
    return pa.table(data | columns)


def run(source: pa.Table, policy: PolicySettings = POLICY, **options: Any) -> Learned:
    table = open_table(source)
    columns, _ = find_columns(table, Wanted(context=("type",)))
    found = survey(table, columns)
    return evaluate_learning(table, columns, found, policy, **options)


def test_its_value_is_that_of_live_runs_of_the_same_length() -> None:
    """Within 4 standard errors of the interval's (6e-5)."""
    answer = run(as_table())
    truth = live([POLICY], answer.horizon, 200).mean()
    assert abs(answer.value - truth) < (answer.high - answer.low)
    assert answer.low < answer.value < answer.high < RIGHT.max()
    assert answer.words == "over 10 learning histories"
    assert answer.rows == 3000
    assert answer.verdict == "good"


def test_a_shorter_life_earns_less() -> None:
    source = as_table(6000)
    short, long = (run(source, walking=Walking(horizon=h)).value for h in (100, 1800))
    assert short < long


def test_a_log_that_drifts_is_about_this_history_only() -> None:
    rows = log(2000, 3)
    answer = run(as_table(2000, 3, reward=np.where(np.arange(2000) < 1000, rows.reward, 1.0)))
    assert answer.words == HISTORY
    assert answer.replays == 1


def test_what_can_not_be_said_is_an_error() -> None:
    with pytest.raises(CannotAnswer, match="T' ="):
        run(as_table(200))
    with pytest.raises(ConfigError, match="the log has no such action"):
        run(as_table(), PolicySettings(name="fixed", pool="crowdd"))
