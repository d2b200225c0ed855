"""Tables of decisions: Parquet, CSV, JSON lines, pandas, Arrow or Polars, cut into pieces.

A table can be read several times, from the start, only the columns asked for, and never whole:
memory stays flat.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from bandit.counted import counted
from bandit.errors import UnknownColumn, nearest
from replay.tables.formats import delimited, json_lines, parquet
from replay.tables.formats.files import files_of
from replay.tables.formats.memory import held
from replay.tables.formats.partitions import partitions_of
from replay.tables.formats.piece import Piece, read_piece
from replay.tables.formats.unreadable import UNREADABLE, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WORTH_PROCESSES = 4_000_000
"""Rows that all estimators take about as long for, a quarter of a microsecond each, as a process
takes to start and import what it needs, and as threads lose by waiting for each other."""

HEADERS = {"csv": delimited.header, "tsv": delimited.header, "json": json_lines.header}


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be read in batches, as often as needed.

    Attributes
    ----------
    name
        What stands in messages about the whole.
    headers
        The columns of each of its files, or of what is in memory.
    pieces
        All rows once, in their order.
    parallel
        Whether other processes can read the pieces.
    """

    name: str
    headers: tuple[tuple[str, tuple[str, ...]], ...]
    pieces: tuple[Piece, ...]
    parallel: bool = True

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that any of its files has, in order of appearance."""
        return tuple(dict.fromkeys(chain.from_iterable(names for _, names in self.headers)))

    def suits_threads(self, *, short: bool = False) -> bool:
        """Whether threads read its pieces sooner than processes that have to start first.

        Arrow and numpy let other threads run while they work. Text is read line by line, which
        doesn't. `short` says that a row takes little time, so that any length is fine.
        """
        binary = all(piece.kind in ("parquet", "memory") for piece in self.pieces)
        return binary and (short or sum(piece.rows or 0 for piece in self.pieces) < WORTH_PROCESSES)

    def check(self, names: Sequence[str]) -> None:
        """Look for columns in every file.

        Raises
        ------
        UnknownColumn
            If a file hasn't one of them, or has it twice; the message names the file.
        """
        for file, columns in self.headers:
            for name in names:
                if name not in columns:
                    raise UnknownColumn(f"{file}: no column {name!r}{nearest(name, columns)}")
                if (times := columns.count(name)) > 1:
                    raise UnknownColumn(
                        f"{file}: {times} columns are called {name!r}: rename all but one"
                    )

    def batches(self, names: Sequence[str]) -> Iterator[Any]:
        """Read the columns `names` from the start, as Arrow record batches in row order.

        Raises
        ------
        UnknownColumn
            If a file hasn't one of them, or has it twice.
        InputError
            If a file can't be read on; the message says why.
        """
        self.check(names)
        for piece in self.pieces:
            yield from read_piece(piece, names)

    def numbered(self, rows: Mapping[int, int]) -> Table:
        """Put in where each piece begins; `rows` says how many rows each has, by its number."""
        pieces, first = [], 0
        for piece in self.pieces:
            pieces.append(replace(piece, first=first, rows=rows[piece.number]))
            first += rows[piece.number]
        return replace(self, pieces=tuple(pieces))


def open_table(source: Any) -> Table:
    """Open a path, a glob, a folder, a list of paths, a data frame or an Arrow table.

    Raises
    ------
    MissingInput
        If there is no such file, or it is empty.
    InputError
        If it is of a kind that isn't known, of several kinds, or damaged.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = open_table(pa.table({"action": ["a", "b"], "reward": [1, 0]}))
    >>> [batch.to_pydict() for batch in table.batches(["reward"])]
    [{'reward': [1, 0]}]
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, str | os.PathLike | list | tuple):
        kind, files = files_of(source)
        return _of_files(kind, files)
    name, rows = held(source)
    piece = Piece(0, "memory", "", name, first=0, rows=rows.num_rows, held=rows)
    return Table(name, ((name, tuple(rows.column_names)),), (piece,), parallel=False)


def _of_files(kind: str, files: Sequence[str]) -> Table:
    headers: list[tuple[str, tuple[str, ...]]] = []
    pieces: list[Piece] = []
    for path in files:
        try:
            header = parquet.header(path) if kind == "parquet" else HEADERS[kind](path)
            partitions = partitions_of(path, header)
            headers.append((path, (*header, *(name for name, _ in partitions))))
            cuts = parquet.cuts(path) if kind == "parquet" else [((0, 0), 0, None)]
            for groups, row, rows in cuts:
                number = len(pieces)
                piece = Piece(
                    number, kind, path, path, groups, row, rows=rows, partitions=partitions
                )
                pieces.append(piece)
        except UNREADABLE as error:
            raise unreadable(path, error) from error
    name = files[0]
    if len(files) > 1:
        name = f"{counted(len(files), 'file')}, {name} to {files[-1]}"
    table = Table(name, tuple(headers), tuple(pieces))
    if kind == "parquet":
        return table.numbered({piece.number: piece.rows or 0 for piece in pieces})
    return table
