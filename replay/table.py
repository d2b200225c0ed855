"""Tables of decisions: Parquet, CSV, JSON lines, pandas or Arrow, read in batches of Arrow.

A table can be read several times, from the start, only the columns asked for, and never whole:
memory stays flat. CSV and JSON lines come as text, so that a bad value can be shown as it stands.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as papq

from bandit.errors import InputError, MissingInput, UnknownColumn, nearest
from replay.json_lines import json_columns, json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

BATCH_ROWS = 65_536
"""Rows of a batch of Parquet or of a table in memory: some MB a column, and few batches."""

CSV_BLOCK = 1 << 22
"""Bytes of CSV read at once; a row has to fit in."""

UNREADABLE = (pa.ArrowException, OSError, EOFError, UnicodeDecodeError, zlib.error)
"""What readers raise when a file is not what its name says, or damaged."""

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be read in batches, as often as needed.

    `name` stands in messages; `columns` are all there are; `read` yields record batches with the
    columns asked for.
    """

    name: str
    columns: tuple[str, ...]
    read: Callable[[list[str]], Iterator[Any]]

    def batches(self, names: Sequence[str]) -> Iterator[Any]:
        """Read the columns `names` from the start, as Arrow record batches in row order.

        Raises
        ------
        UnknownColumn
            If the table hasn't one of them, or has it twice.
        InputError
            If the file can't be read on; the message says why.
        """
        for name in names:
            if name not in self.columns:
                raise UnknownColumn(f"{self.name}: no column {name!r}{nearest(name, self.columns)}")
            if (times := self.columns.count(name)) > 1:
                raise UnknownColumn(
                    f"{self.name}: {times} columns are called {name!r}: rename all but one"
                )
        try:
            yield from self.read(list(dict.fromkeys(names)))
        except UNREADABLE as error:
            raise unreadable(self.name, error) from error


def open_table(source: Any) -> Table:
    """Open a path, a pandas data frame or an Arrow table.

    Raises
    ------
    MissingInput
        If there is no such file, or it is empty.
    InputError
        If it is a directory, of a kind that isn't known, or damaged.

    Examples
    --------
    >>> table = open_table(pa.table({"action": ["a", "b"], "reward": [1, 0]}))
    >>> [batch.to_pydict() for batch in table.batches(["reward"])]
    [{'reward': [1, 0]}]
    """
    if isinstance(source, Table):
        return source
    if isinstance(source, pa.Table):
        return _in_memory(source, "table")
    if hasattr(source, "columns") and hasattr(source, "to_dict"):
        return _in_memory(pa.Table.from_pandas(source, preserve_index=False), "data frame")
    if not isinstance(source, str | os.PathLike):
        raise InputError(f"can't read a table from {type(source).__name__}")
    path = Path(source)
    check_file(path)
    kind = kind_of(path)
    if kind is None:
        raise InputError(
            f"{path}: can't tell what it is by its name; known: {', '.join(SUFFIXES)}, also .gz"
        )
    opened = {"csv": _csv, "tsv": _tsv, "parquet": _parquet, "json": _json}[kind]
    try:
        return opened(path)
    except UNREADABLE as error:
        raise unreadable(str(path), error) from error


def check_file(path: Path) -> None:
    """Refuse what isn't a file with something in it, with the reason."""
    if path.is_dir():
        raise InputError(f"{path}: is a directory, not a file")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise MissingInput(f"{path}: the file is empty")


def kind_of(path: Path) -> str | None:
    """What a file is by its name: `csv`, `tsv`, `parquet`, `json`, or `None`.

    Examples
    --------
    >>> kind_of(Path("men.csv.gz"))
    'csv'
    """
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    return SUFFIXES.get(plain.suffix.lower())


def unreadable(name: str, error: Exception) -> InputError:
    """Turn a reader's exception into one line."""
    reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        reason = error.strerror
    if isinstance(error, EOFError) or "truncated" in reason.lower():
        reason = f"it ends too early ({reason})"
    return InputError(f"{name}: can't be read: {reason}")


def _in_memory(table: Any, name: str) -> Table:
    def read(names: list[str]) -> Iterator[Any]:
        yield from table.select(names).to_batches(max_chunksize=BATCH_ROWS)

    return Table(name, tuple(table.column_names), read)


def _parquet(path: Path) -> Table:
    with papq.ParquetFile(path) as file:
        columns = tuple(file.schema_arrow.names)

    def read(names: list[str]) -> Iterator[Any]:
        with papq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=BATCH_ROWS, columns=names)

    return Table(str(path), columns, read)


def _csv(path: Path, delimiter: str = ",") -> Table:
    parse = pacsv.ParseOptions(delimiter=delimiter)
    block = pacsv.ReadOptions(block_size=CSV_BLOCK)

    def stream(convert: Any) -> Any:
        raw = pa.input_stream(path, compression="gzip" if path.suffix == ".gz" else None)
        return pacsv.open_csv(raw, read_options=block, parse_options=parse, convert_options=convert)

    with stream(None) as reader:
        columns = tuple(reader.schema.names)

    def read(names: list[str]) -> Iterator[Any]:
        convert = pacsv.ConvertOptions(
            include_columns=names,
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=True,
            null_values=[""],  # "nan" is a bad number and "NA" may be an action
        )
        with stream(convert) as reader:
            yield from reader

    return Table(str(path), columns, read)


def _tsv(path: Path) -> Table:
    return _csv(path, delimiter="\t")


def _json(path: Path) -> Table:
    return Table(str(path), json_columns(path), lambda names: json_text(path, names))
