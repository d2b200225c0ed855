"""Logs shaped with SQL: one query that reads, its result in its own order."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bandit.errors import BadValue, InputError
from replay import evaluate
from replay.tables.formats.sql import run_query
from tests.replay.tables.formats.test_table import frame, saved

duckdb = pytest.importorskip("duckdb")


def query(text: str) -> list[Any]:
    with run_query(text) as table:
        return [row for batch in table.batches(table.columns) for row in batch.to_pylist()]


def test_a_query_over_a_file_is_a_log(tmp_path: Path) -> None:
    path = saved(tmp_path, "parquet", frame())
    answer = evaluate(sql=f"select * from '{path}'", context=["x", "size"])
    expected = evaluate(frame(), context=["x", "size"])
    assert answer.value == pytest.approx(expected.value, rel=1e-9)


def test_files_can_be_joined_and_columns_named(tmp_path: Path) -> None:
    log = frame().assign(id=range(3000))
    log[["id", "action", "propensity", "x"]].to_csv(tmp_path / "done.csv", index=False)
    log[["id", "reward"]].to_parquet(tmp_path / "came.parquet")
    answer = evaluate(
        sql=f"""
            select d.*, c.reward as click -- a comment at the end
            from '{tmp_path}/done.csv' d join '{tmp_path}/came.parquet' c using (id)
            order by id;
        """
    )
    assert answer.rows == 3000
    assert answer.notes[0] == "click is taken as the reward (--reward)"


def test_rows_come_in_the_order_of_the_query() -> None:
    rows = query("select i from range(200000) t(i) order by i desc")
    assert [row["i"] for row in rows] == list(range(199_999, -1, -1))


def test_a_bad_row_is_one_of_the_query() -> None:
    with pytest.raises(BadValue, match=r"^the query row 2: propensity is 0, must be in"):
        evaluate(
            sql="select * from (values ('a',1,0.5),('b',1,0)) t(action,reward,propensity)",
            strict=True,
        )


def test_an_empty_result_has_no_rows() -> None:
    with pytest.raises(InputError, match="the query: no rows"):
        evaluate(sql="select 'a' as action, 1 as reward, 1 as propensity where false")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with run_query("select 1 as action") as table:
        assert Path(table.pieces[0].path).exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("selec 1", "Parser Error"),
        ("select x from 'nowhere.csv'", "nowhere.csv"),
        ("select nonsense", "nonsense"),
        ("select * from some_frame", "some_frame"),
        ("select * from 'http://127.0.0.1:9/x.parquet'", "requires the extension httpfs"),
        ("select 1; select 2", "must be one SELECT"),
        ("copy (select 1) to 'out.csv'", "must be one SELECT"),
        ("create table t as select 1", "must be one SELECT"),
        ("install httpfs", "must be one SELECT"),
        ("", "must be one SELECT"),
    ],
)
def test_what_cannot_run_is_one_line(
    text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    some_frame = pd.DataFrame({"x": [1]})
    with pytest.raises(InputError) as error:
        query(text)
    assert str(error.value).startswith("--sql: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert len(some_frame) == 1
    assert not (tmp_path / "out.csv").exists()


def test_without_duckdb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(InputError, match=r"pip install 'poolwise\[sql\]'"):
        query("select 1")


def test_a_log_and_a_query_are_one_too_many() -> None:
    for source, sql in ((None, None), ("log.csv", "select 1")):
        with pytest.raises(InputError, match="give either a log or a query"):
            evaluate(source, sql=sql)
