"""Pieces cover a table once, in order, and can be read by any process."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bandit.errors import InputError
from replay.tables.checked import read_rows
from replay.tables.columns.find_columns import find_columns
from replay.tables.columns.roles import ColumnOptions
from replay.tables.formats import parquet
from replay.tables.formats.piece import read_piece
from replay.tables.formats.table import Table, open_table
from replay.tables.survey import survey
from tests.replay.tables.formats.test_table import KINDS, frame, saved

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[4]
READ = """
import pickle, sys
from replay.tables.formats.piece import read_piece
piece = pickle.load(sys.stdin.buffer)
print([b.to_pydict() for b in read_piece(piece, ["action", "x"])])
"""


def counted(folder: Path, sizes: Iterable[int], groups: int) -> tuple[Table, int]:
    """Parquet files of some sizes whose column `n` counts on over all of them."""
    first = 0
    for number, size in enumerate(sizes):
        column = pa.table({"n": pa.array(range(first, first + size), pa.int64())})
        pq.write_table(column, folder / f"{number:03d}.parquet", row_group_size=groups)
        first += size
    return open_table(folder), first


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 90), min_size=1, max_size=4), st.integers(1, 40), st.integers(1, 70))
def test_pieces_cover_every_row_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], groups: int, most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "PIECE_ROWS", most)
        table, rows = counted(tmp_path_factory.mktemp("cut"), sizes, groups)
    found: list[int] = []
    for piece in table.pieces:
        own = [n for batch in read_piece(piece, ["n"]) for n in batch.column("n").to_pylist()]
        assert piece.rows == len(own)
        assert piece.first == len(found)
        assert own[:1] in ([], [piece.first])
        found += own
    assert found == list(range(rows))


def test_small_row_groups_are_put_together(tmp_path: Path) -> None:
    table, _ = counted(tmp_path, [3000], 100)
    assert [piece.groups for piece in table.pieces] == [(0, 30)]


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "tsv", "parquet", "jsonl", "jsonl.gz"])
def test_another_process_reads_the_same(tmp_path: Path, kind: str) -> None:
    table = open_table(saved(tmp_path, kind, frame(900)))
    assert table.parallel
    for piece in table.pieces:
        here = [batch.to_pydict() for batch in read_piece(piece, ["action", "x"])]
        there = subprocess.run(
            [sys.executable, "-c", READ],
            input=pickle.dumps(piece),
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        assert there.stdout.decode().strip() == str(here)


def test_what_is_in_memory_is_one_piece_of_this_process() -> None:
    table = open_table(frame(100))
    assert not table.parallel
    assert len(table.pieces) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_numbered_over_the_whole_table(tmp_path: Path, kind: str) -> None:
    data = frame(1500)
    source: Any = saved(tmp_path, kind, data)
    if isinstance(source, Path):
        more = source.with_name(f"more{source.name}")
        more.write_bytes(source.read_bytes())
        source = [source, more]
    table = open_table(source)
    columns, _ = find_columns(table, ColumnOptions())
    found = survey(table, columns)
    numbers = [
        int(at)
        for piece in table.numbered(found.pieces).pieces
        for rows in read_rows(piece, columns, found.actions)
        for at in np.asarray(rows.index)
    ]
    assert numbers == list(range(found.rows))
    assert found.rows == (1500 if kind in ("frame", "arrow", "polars") else 3000)


def test_a_file_that_changes_between_two_passes_is_noticed(tmp_path: Path) -> None:
    path = saved(tmp_path, "csv", frame(100))
    table = open_table(path)
    columns, _ = find_columns(table, ColumnOptions())
    found = survey(table, columns)
    with path.open("a") as file:
        file.write(path.read_text().splitlines()[1] + "\n")
    (piece,) = table.numbered(found.pieces).pieces
    with pytest.raises(InputError, match="had 100 rows, and 101 when it was read again"):
        list(read_rows(piece, columns, found.actions))
