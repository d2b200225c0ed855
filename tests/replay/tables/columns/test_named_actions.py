"""Columns of chances that are called after other actions than the log's: both are named."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from bandit.errors import BadValue
from replay import evaluate

LOG = {"action": ["a", "b"] * 200, "reward": [1, 0] * 200, "propensity": [0.5] * 400}


def table(**columns: float) -> Any:
    return pa.table(LOG | {name: [value] * 400 for name, value in columns.items()})


def test_a_target_whose_columns_match_no_action_names_both() -> None:
    with pytest.raises(BadValue) as error:
        evaluate(table(t_pool_a=0.5, t_pool_b=0.5), target="columns:t_")
    assert str(error.value) == (
        "table: columns:t_: its columns are named after other actions than the log's: the columns"
        " after 'pool_a', 'pool_b'; action is 'a', 'b'"
    )


def test_logged_chances_whose_columns_match_no_action_name_both() -> None:
    with pytest.raises(BadValue, match="none of 400 rows can be used") as error:
        evaluate(table(p_x=0.5, p_y=0.5), logged="columns:p_")
    assert (
        "p_* gives the logged action no chance: action is 'a', and the columns are named after"
        " 'x', 'y'"
    ) in str(error.value)


def test_a_long_list_of_names_is_cut() -> None:
    many = {f"t_{at:02d}": 0.02 for at in range(50)}
    with pytest.raises(BadValue, match=r"'10', '11' and 38 others; action is 'a', 'b'"):
        evaluate(table(**many), target="columns:t_")


def test_a_target_may_lack_columns_for_some_actions() -> None:
    answer = evaluate(table(t_a=1.0), target="columns:t_")
    assert answer.value == pytest.approx(1.0, abs=1e-4)
