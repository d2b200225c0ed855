"""Times as seconds in one zone, and clusters hashed to the same numbers everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.errors import BadValue
from replay import evaluate
from replay.tables.checked import read_rows
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.roles import ColumnOptions
from replay.tables.formats.table import open_table
from replay.tables.survey import survey
from replay.tables.values.clusters import groups_of
from replay.tables.values.faults import Faults
from replay.tables.values.times import read_times

if TYPE_CHECKING:
    from replay.tables.rows import Rows

MOMENT = 1767261600.5  # 2026-01-01 10:00:00.5 UTC


def rows_of(values: Any, **wanted: Any) -> Rows:
    n = len(values)
    log = {"action": ["a"] * n, "reward": [1] * n, "propensity": [1.0] * n, "extra": values}
    table = open_table(pa.table(log))
    columns, _ = find_columns(table, ColumnOptions(**wanted))
    (rows,) = read_rows(table.pieces[0], columns, survey(table, columns).actions)
    return rows


def seconds(values: Any) -> list[float]:
    """Times as they are read, none of them at fault."""
    column = pa.array(values)
    faults = Faults(open_table(pa.table({"at": column})).pieces[0], 0, len(column))
    at, _ = read_times("at", column, faults)
    assert not faults.bad.any()
    return list(map(float, at))


@pytest.mark.parametrize(
    "values",
    [
        [MOMENT],
        [str(MOMENT)],
        ["2026-01-01T10:00:00.5"],
        ["2026-01-01 10:00:00.500Z"],
        ["2026-01-01T12:00:00.5+02:00"],
        pa.array([int(MOMENT * 1000)], pa.timestamp("ms")),
        pa.array([int(MOMENT * 1000)], pa.timestamp("ms", "Europe/Berlin")),
        pa.array([int(MOMENT * 1e9)], pa.timestamp("ns")),
    ],
    ids=str,
)
def test_every_way_to_write_a_time_is_the_same_second(values: Any) -> None:
    assert seconds(values) == [MOMENT]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["2026-01-01T10:00Z", "2026-01-01T10:00"], "is UTC, '2026-01-01T10:00' has no zone"),
        (["2026-01-01T10:00+01:00", "2026-01-01T10:00Z", "2026-01-01T10:00"], "is UTC+01:00"),
        (["17", "2026-01-01T10:00"], "'17' is a number"),
    ],
)
def test_times_that_cannot_be_compared_are_refused(values: list[str], says: str) -> None:
    with pytest.raises(BadValue, match="mixed time zones") as error:
        rows_of(values, time="extra")
    assert says in str(error.value)


def test_times_of_summer_and_winter_are_those_in_utc() -> None:
    """A zone's offset changes twice a year: 02:30 comes twice, an hour apart."""
    local = ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T02:00:00Z"]
    plain = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"]
    log = {"action": ["a", "b", "a"], "reward": [1, 0, 1], "propensity": [0.5] * 3}
    answers = [
        evaluate(pd.DataFrame({**log, "at": times}), target="uniform", time="at")
        for times in (local, plain)
    ]
    assert answers[0] == answers[1]


def test_zones_are_compared_over_all_files(tmp_path: Any) -> None:
    head = "action,reward,propensity,at\n"
    (tmp_path / "a.csv").write_text(head + "a,1,0.5,2026-01-01T10:00\n")
    (tmp_path / "b.csv").write_text(head + "a,1,0.5,2026-01-01T10:00Z\n")
    with pytest.raises(BadValue, match=r"2 files, .* mixed time zones"):
        evaluate(tmp_path, time="at")


def fnv(text: str) -> int:
    """FNV-1a as its draft has it, one byte after the other."""
    found = 2166136261
    for byte in text.encode():
        found = (found ^ byte) * 16777619 % 2**32
    return (found >> 12 ^ found) & 4095


@given(st.lists(st.text(max_size=9), max_size=8))
def test_names_are_hashed_as_the_source_says(names: list[str]) -> None:
    names = [name for name in names if name.isprintable()]
    assert groups_of(pa.array(names, pa.string())).tolist() == [fnv(name) for name in names]
    assert groups_of(pa.array(["", *names], pa.string()).slice(1)).tolist() == [*map(fnv, names)]


@pytest.mark.parametrize("values", [[7, 8, 7], ["7", "8", "7"], pd.Categorical(["7", "8", "7"])])
def test_a_cluster_is_the_same_group_in_every_type(values: Any) -> None:
    group = rows_of(pa.array(values), cluster="extra").group
    assert group is not None
    assert group.tolist() == [fnv("7"), fnv("8"), fnv("7")]


def test_slices_are_kept_as_they_are() -> None:
    rows = rows_of(["x", None, "y"], by=("extra",))
    assert rows.by["extra"].to_pylist() == ["x", None, "y"]


def test_rows_can_be_cut_and_chosen() -> None:
    rows = rows_of(["x", None, "y"], by=("extra",), context=("extra",), cluster="action")
    cut = rows.slice(1, 3).where(np.array([False, True]))
    assert (len(cut), cut.by["extra"].to_pylist()) == (1, ["y"])
    assert cut.index is not None
    assert cut.index.tolist() == [2]
    assert cut.context["extra"].to_pylist() == ["y"]


def test_a_date_is_its_first_second() -> None:
    day = datetime(2026, 1, 1, tzinfo=UTC).date()
    assert seconds(pa.array([day])) == [1767225600.0]
