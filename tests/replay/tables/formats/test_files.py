"""Which files a source names: globs, folders and lists, always in the same order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from bandit.errors import InputError, MissingInput, UnknownColumn
from replay import evaluate
from replay.tables.formats.table import open_table
from tests.replay.tables.formats.test_table import frame, saved

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """A folder with three days of one log, and what is no log."""
    data = frame(300)
    for day in range(3):
        data[day * 100 : day * 100 + 100].to_csv(tmp_path / f"day{day}.csv", index=False)
    (tmp_path / "_SUCCESS").touch()
    return tmp_path


def test_a_folder_a_glob_and_a_list_are_the_whole_log(days: Path, tmp_path: Path) -> None:
    whole = evaluate(frame(300), context=["x"])
    files = sorted(days.glob("*.csv"))
    for source in (days, str(days), str(days / "day*.csv"), str(days / "**/*.csv"), files):
        answer = evaluate(source, context=["x"])
        assert answer.rows == 300
        assert answer.value == pytest.approx(whole.value, rel=1e-9)


def test_files_are_read_in_the_order_of_their_names(days: Path) -> None:
    (days / "day2.csv").rename(days / "a.csv")
    names = [piece.path.rpartition("/")[2] for piece in open_table(days).pieces]
    assert names == ["a.csv", "day0.csv", "day1.csv"]


def test_a_list_is_read_in_its_own_order(days: Path) -> None:
    table = open_table([days / "day2.csv", days / "day0.csv"])
    assert [piece.number for piece in table.pieces] == [0, 1]
    assert table.pieces[0].path.endswith("day2.csv")
    assert table.name == f"2 files, {days / 'day2.csv'} to {days / 'day0.csv'}"


def test_a_name_with_marks_of_a_glob_is_a_file_where_it_is_one(tmp_path: Path) -> None:
    path = tmp_path / "log[1].csv"
    saved(tmp_path, "csv", frame(20)).rename(path)
    assert evaluate(path).rows == 20


def test_a_folder_without_logs_says_what_it_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("none")
    with pytest.raises(MissingInput, match=r"no log in this folder: looked for \.csv.*\.parquet"):
        open_table(tmp_path)


def test_a_glob_that_matches_nothing_is_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"\*\.csv: no file matches"):
        open_table(tmp_path / "*.csv")


def test_several_kinds_are_refused_by_their_names(days: Path) -> None:
    (days / "more.jsonl").write_text('{"action":"a"}\n')
    with pytest.raises(InputError, match=r"day0\.csv and .*more\.jsonl are of different kinds"):
        open_table(days)


def test_a_file_that_is_named_twice_is_refused(days: Path) -> None:
    with pytest.raises(InputError, match=r"day0\.csv: named twice"):
        open_table([days / "day0.csv", days / "*.csv"])


def test_an_empty_file_among_others_is_named(days: Path) -> None:
    (days / "day1.csv").write_bytes(b"")
    with pytest.raises(MissingInput, match=r"day1\.csv: the file is empty"):
        open_table(days)


def test_an_empty_list_is_missing() -> None:
    with pytest.raises(MissingInput, match="an empty list of files"):
        open_table([])


def test_the_file_that_lacks_a_column_is_named(days: Path) -> None:
    (days / "day1.csv").write_text("action,rewards,propensity\n1,1,0.5\n")
    with pytest.raises(UnknownColumn, match=r"day1\.csv: no column 'reward'; did you mean"):
        evaluate(days)


def test_types_of_polars_are_those_of_arrow() -> None:
    data = pl.from_pandas(frame(600)).with_columns(
        pl.col("action").cast(pl.String).cast(pl.Categorical),
        pl.col("x").cast(pl.Categorical),
        pl.Series("set", [["0", "1", "2"]] * 600),
    )
    answer = evaluate(data, actions="set", context=["x"])
    assert answer.value == pytest.approx(evaluate(frame(600), context=["x"]).value, rel=1e-9)
    stream = pa.RecordBatchReader.from_stream(data)
    assert evaluate(stream, actions="set", context=["x"]).value == answer.value


def test_a_frame_that_arrow_cannot_hold_is_one_line() -> None:
    data = frame(2)
    data["reward"] = pd.Series([1, "x"], dtype=object)
    with pytest.raises(InputError, match="data frame: can't be read: Could not convert 'x'"):
        evaluate(data)
