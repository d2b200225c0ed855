"""Pieces of a table: plain data that says where some of its rows are, for any process to read.

A table is cut by what is in it alone, never by who reads it: the answer is the same for any number
of processes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from replay.numerics.batch_size import BATCH_ROWS
from replay.runtime.heap import keep_freed
from replay.tables.formats import delimited, json_lines, memory, parquet
from replay.tables.formats.partitions import with_partitions
from replay.tables.formats.unreadable import UNREADABLE, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a table that follow each other.

    Attributes
    ----------
    number
        Its place among the pieces of the table, from 0.
    kind
        `parquet`, `csv`, `tsv`, `json` or `memory`.
    path, name
        The file, and what messages call it.
    groups
        Parquet only: its first row group, and the one after its last.
    file_row
        Index in the file of its first row.
    first, rows
        Index in the table of its first row, and how many rows it has; `None` where not known yet.
    held
        The rows themselves, where they are in memory.
    partitions
        Columns that stand in the names of its folders, with their values.
    """

    number: int
    kind: str
    path: str
    name: str
    groups: tuple[int, int] = (0, 0)
    file_row: int = 0
    first: int | None = None
    rows: int | None = None
    held: Any = None
    partitions: tuple[tuple[str, str | None], ...] = ()


def read_piece(piece: Piece, names: Sequence[str], most: int = BATCH_ROWS) -> Iterator[Any]:
    """Read the columns `names` of a piece, as Arrow record batches in row order.

    CSV and JSON lines come as text, so that a bad value can be shown as it stands; batches of
    others have at most `most` rows.

    Raises
    ------
    InputError
        If the file can't be read on; the message says why.
    """
    wanted = list(dict.fromkeys(names))
    keep_freed()
    if piece.partitions:
        partitions = dict(piece.partitions)
        own = [name for name in wanted if name not in partitions]
        batches = read_piece(replace(piece, partitions=()), own, most)
        yield from with_partitions(batches, piece.partitions, wanted)
        return
    try:
        match piece.kind:
            case "parquet":
                yield from parquet.read(piece.path, wanted, piece.groups, most)
            case "json":
                yield from json_lines.read(piece.path, wanted)
            case "memory":
                yield from memory.read(piece.held, wanted, most)
            case _:
                yield from delimited.read(piece.path, wanted)
    except UNREADABLE as error:
        raise unreadable(piece.name, error) from error
