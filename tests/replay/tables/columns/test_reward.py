"""Rewards as sums of columns: what is read is what Python would compute, and nothing else is."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.errors import BadValue, UnknownColumn
from replay import evaluate
from replay.tables.checked import read_rows
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.reward import parse_reward
from replay.tables.columns.roles import ColumnOptions
from replay.tables.formats.table import open_table
from replay.tables.survey import survey

NAMES = ("quality", "usd", "delay_s", "r2")
WEIGHT = st.one_of(
    st.integers(0, 9).map(str), st.floats(0.01, 99, allow_nan=False).map(lambda x: f"{x:.3f}")
)


def sums(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", " - ", "+"]), inner).map("".join),
        st.tuples(WEIGHT, inner).map("{0[0]} * ({0[1]})".format),
        st.tuples(inner, WEIGHT).map("({0[0]})*{0[1]}".format),
        st.tuples(inner, st.integers(1, 9)).map("({0[0]}) / {0[1]}".format),
        inner.map("-({})".format),
    )


EXPRESSIONS = st.recursive(st.one_of(st.sampled_from(NAMES), WEIGHT), sums, max_leaves=12)
NUMBERS = st.fixed_dictionaries({name: st.floats(-100, 100) for name in NAMES})


@given(EXPRESSIONS.filter(lambda text: any(name in text for name in NAMES)), NUMBERS)
def test_a_sum_is_worth_what_python_says(text: str, values: dict[str, float]) -> None:
    """To 1e-9 of the largest product: the terms are added in another order."""
    found = parse_reward(text)
    total = found.constant + sum(weight * values[name] for name, weight in found.terms)
    size = 1.0 + abs(found.constant) + sum(abs(weight) * 100 for _, weight in found.terms)
    expected = eval(text, {"__builtins__": {}}, values)
    assert total == pytest.approx(expected, abs=1e-9 * size * 1e3)


@given(EXPRESSIONS.filter(lambda text: any(name in text for name in NAMES)))
def test_a_column_stands_once_in_the_order_of_the_text(text: str) -> None:
    names = parse_reward(text).columns
    assert len(set(names)) == len(names)
    assert list(names) == sorted(names, key=text.index)


def test_a_name_of_a_column_is_that_column_whatever_it_looks_like() -> None:
    for name in ("usd-paid", "a*b", "2", "quality - usd", "odd name", "class"):
        assert parse_reward(name, [name]).terms == ((name, 1.0),)


def test_odd_names_go_in_quotes() -> None:
    assert parse_reward("`odd name` - 2*`it's`").terms == (("odd name", 1.0), ("it's", -2.0))
    assert parse_reward('quality - "usd-paid"').terms == (("quality", 1.0), ("usd-paid", -1.0))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("quality * usd", "'quality * usd' multiplies columns"),
        ("1 / usd", "'1 / usd' divides by a column"),
        ("usd / 0", "'usd / 0' divides by 0"),
        ("usd ** 2", "'usd ** 2' can't be in a reward"),
        ("log(usd)", "'log(usd)' can't be in a reward"),
        ("usd if quality else 0", "can't be in a reward"),
        ("usd.cents", "'usd.cents' can't be in a reward"),
        ("usd * True", "'True' can't be in a reward"),
        ("usd * 1j", "'1j' can't be in a reward"),
        ("1 + 2", "there is no column in it"),
        ("usd * 1e999", "a weight is not finite"),
        ("usd * 1" + "0" * 400, "is too large"),
        ("quality -", "neither a column nor a sum of columns"),
        ("", "neither a column nor a sum of columns"),
        ("(" * 500 + "usd", "neither a column nor a sum of columns"),
        ("__import__('os')", "can't be in a reward"),
    ],
)
def test_what_is_not_linear_is_one_clear_line(text: str, says: str) -> None:
    with pytest.raises(BadValue) as error:
        parse_reward(text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_column_that_is_not_there_is_named() -> None:
    log = pa.table({"action": ["a"], "usd": [1.0], "propensity": [1.0]})
    with pytest.raises(UnknownColumn, match="no column 'qualty'"):
        evaluate(log, reward="qualty - usd")


def test_rows_carry_the_total_of_the_columns() -> None:
    log = {"action": ["a", "b"], "quality": [1, 0], "usd": [0.2, 0.4], "propensity": [0.5, 0.5]}
    table = open_table(pa.table(log))
    columns, _ = find_columns(table, ColumnOptions(reward="2*quality - usd + 1"))
    found = survey(table, columns)
    (rows,) = read_rows(table.pieces[0], columns, found.actions)
    assert rows.reward.tolist() == pytest.approx([2.8, 0.6])
