"""URIs: Parquet in a store is read as on a disk; what can't be is said in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.errors import InputError, MissingInput
from replay import evaluate
from replay.tables.formats.table import open_table
from tests.replay.tables.formats.test_table import frame, saved

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """A folder with two days of a log, and what is no log."""
    for day in range(2):
        saved(tmp_path, "parquet", frame(600, seed=day)).rename(tmp_path / f"day{day}.parquet")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / "notes.txt").write_text("none")
    return tmp_path


def test_a_store_is_read_as_a_disk_is(days: Path) -> None:
    here = evaluate(days, context=["x"])
    uris = [f"{days.as_uri()}/day{day}.parquet" for day in range(2)]
    for source in (days.as_uri(), f"{days.as_uri()}/", uris):
        assert evaluate(source, context=["x"]) == here


def test_files_keep_their_uris_as_names(days: Path) -> None:
    table = open_table(days.as_uri())
    assert [piece.name for piece in table.pieces] == [
        f"{days.as_uri()}/day{day}.parquet" for day in range(2)
    ]
    assert table.parallel


def test_what_is_not_there_is_missing(days: Path) -> None:
    with pytest.raises(MissingInput, match=r"file://.*/gone\.parquet: no such file"):
        open_table(f"{days.as_uri()}/gone.parquet")
    (days / "empty").mkdir()
    with pytest.raises(MissingInput, match="no Parquet in this folder"):
        open_table(f"{days.as_uri()}/empty")
    (days / "day2.parquet").touch()
    with pytest.raises(MissingInput, match="the file is empty"):
        open_table(f"{days.as_uri()}/day2.parquet")


def test_a_file_is_not_named_twice(days: Path) -> None:
    uri = f"{days.as_uri()}/day0.parquet"
    with pytest.raises(InputError, match="named twice"):
        open_table([uri, uri])


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("kafka://localhost/topic", "no store is known as kafka://; known: file, hdfs"),
        ("s3://bucket/days/*.parquet", "a pattern works on this machine's files only"),
        ("hdfs://nowhere:1/day.parquet", "can't be read"),
    ],
)
def test_what_can_not_be_opened_is_one_line(uri: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        open_table(uri)
    assert "\n" not in str(error.value)


def test_only_parquet_is_read_from_a_store(days: Path) -> None:
    with pytest.raises(InputError, match=r"notes\.txt: is read only as Parquet"):
        open_table(f"{days.as_uri()}/notes.txt")


def test_a_damaged_file_is_named_by_its_uri(days: Path) -> None:
    (days / "day1.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(InputError, match=r"file://.*day1\.parquet: can't be read"):
        open_table(days.as_uri())
