"""Data frames as pandas allows them: names that are there twice, and what Arrow can't hold."""

from __future__ import annotations

import pandas as pd
import pytest

from bandit.errors import InputError, PoolwiseError, UnknownColumn
from replay import evaluate
from tests.replay.tables.formats.test_table import frame


def twice(name: str) -> pd.DataFrame:
    data = frame()
    return pd.concat([data, data[name]], axis=1)


def test_a_name_that_is_there_twice_is_refused_only_where_it_is_asked_for() -> None:
    assert (
        evaluate(twice("size"), context="x").estimates == evaluate(frame(), context="x").estimates
    )
    with pytest.raises(UnknownColumn, match="data frame: 2 columns are called 'size': rename all"):
        evaluate(twice("size"), context="size")


def test_what_arrow_can_not_hold_is_one_line() -> None:
    with pytest.raises(InputError, match="data frame: can't be read: "):
        evaluate(frame().assign(size=lambda rows: rows["x"].map(lambda _: object())))


def test_a_name_of_two_lines_is_in_one_line_of_an_error() -> None:
    data = frame().rename(columns={"action": "two\nlines"})
    with pytest.raises(PoolwiseError) as error:
        evaluate(data)
    assert "two\\" in str(error.value)
    assert len(str(error.value).splitlines()) == 1
