"""Surveys of pieces are added up to that of the whole, wherever and in what order they are made."""

from __future__ import annotations

import itertools
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.reward import LinearReward
from replay.tables.columns.roles import ColumnOptions, Columns
from replay.tables.formats.piece import Piece
from replay.tables.formats.table import open_table
from replay.tables.survey import Survey, survey, survey_piece
from replay.tables.values.context_column import MANY_VALUES
from replay.tables.values.unusable import Example, Unusable
from tests.replay.tables.formats.test_table import frame

if TYPE_CHECKING:
    import random
    from pathlib import Path

COLUMNS = Columns("action", LinearReward("r", 0.0, (("r", 1.0),)), "p", context=("x", "c"))
VALUES = {
    "action": st.sampled_from(["a", "b", "c", None]),
    "r": st.sampled_from(["0", "1", "2.5", "-1", "nan", "no", None]),
    "p": st.sampled_from(["0.5", "1", "0", "1.5", None]),
    "x": st.one_of(st.integers(0, 200).map(str), st.just("word")),
    "c": st.integers(0, 300).map(str),
}
ROWS = st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=120)


def pieces(rows: list[dict[str, Any]], cuts: list[int]) -> list[Piece]:
    """Pieces in memory; empty ones too."""
    table = pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in VALUES]))
    ends = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    return [
        Piece(number, "memory", "", "log", file_row=a, first=a, held=table.slice(a, b - a))
        for number, (a, b) in enumerate(itertools.pairwise(ends))
    ]


def plain(found: Survey) -> tuple[Any, ...]:
    """All but the moments, which agree but for rounding, and what tells pieces apart."""
    columns = [(c.numeric, c.continuous, c.many) for c in found.context]
    left_out = [(reason, n, one.row, one.text) for reason, n, one in found.unusable.ordered()]
    return found.rows, found.actions, found.reward_kind, columns, left_out


@settings(max_examples=60, deadline=None)
@given(ROWS, st.lists(st.integers(0, 120), max_size=4), st.randoms(use_true_random=False))
def test_parts_add_up_to_the_whole_in_any_order(
    rows: list[dict[str, Any]], cuts: list[int], order: random.Random
) -> None:
    """To 1e-9 where floats are added."""
    (whole,) = (survey_piece(piece, COLUMNS) for piece in pieces(rows, []))
    parts = [survey_piece(piece, COLUMNS) for piece in pieces(rows, cuts)]
    order.shuffle(parts)
    merged = reduce(add, parts)
    assert plain(merged) == plain(whole)
    assert sum(merged.pieces.values()) == len(rows)
    assert merged.rewards.count == whole.rewards.count
    assert merged.rewards.mean == pytest.approx(whole.rewards.mean, abs=1e-9)
    assert merged.rewards.second == pytest.approx(whole.rewards.second, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_nothing_is_neutral(rows: list[dict[str, Any]]) -> None:
    (found,) = (survey_piece(piece, COLUMNS) for piece in pieces(rows, []))
    assert found + Survey() == found
    assert Survey() + found == found


UNUSABLE = st.dictionaries(
    st.sampled_from(["r is missing", "p is missing", "x"]),
    st.tuples(
        st.integers(1, 9),
        st.builds(Example, st.integers(0, 3), st.integers(0, 9), st.sampled_from("ab")),
    ),
).map(Unusable)


@given(UNUSABLE, UNUSABLE, UNUSABLE)
def test_counts_of_unusable_rows_can_be_added_in_any_order(
    a: Unusable, b: Unusable, c: Unusable
) -> None:
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)
    assert a + Unusable() == a
    assert (a + b).rows == a.rows + b.rows
    firsts = [first for one in (a, b) if (first := one.first()) is not None]
    assert (a + b).first() == min(firsts, default=None)


def test_files_of_different_types_name_the_same_actions(tmp_path: Path) -> None:
    frame(50).to_parquet(tmp_path / "a.parquet")
    frame(50).astype({"action": str}).to_parquet(tmp_path / "b.parquet")
    frame(50).astype({"action": float}).to_parquet(tmp_path / "c.parquet")
    frame(50).astype({"action": "category"}).to_parquet(tmp_path / "d.parquet")
    table = open_table(tmp_path)
    found = survey(table, find_columns(table, ColumnOptions())[0])
    assert (found.rows, found.actions) == (200, ("0", "1", "2"))


def test_a_category_that_no_row_has_is_no_action() -> None:
    data = frame(50)
    data["action"] = pd.Categorical(data["action"].astype(str), categories=["0", "1", "2", "9"])
    table = open_table(data)
    assert survey(table, find_columns(table, ColumnOptions())[0]).actions == ("0", "1", "2")


def test_an_action_of_unusable_rows_alone_is_no_action() -> None:
    log = pa.table({"action": ["a", "b", "z"], "reward": [1, 0, 1], "propensity": [0.5, 0.5, 0.0]})
    table = open_table(log)
    assert survey(table, find_columns(table, ColumnOptions())[0]).actions == ("a", "b")


def test_many_numbers_are_a_number_and_few_are_categories() -> None:
    n = MANY_VALUES + 1
    log = {"action": ["a"] * n, "reward": [1] * n, "propensity": [0.5] * n}
    table = open_table(pa.table({**log, "many": range(n), "few": [i % 3 for i in range(n)]}))
    columns, _ = find_columns(table, ColumnOptions(context=("many", "few")))
    assert [column.continuous for column in survey(table, columns).context] == [True, False]
