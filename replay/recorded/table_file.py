"""Tables in files: CSV as people and spreadsheets write it, or JSON as labeling tools export it."""

from __future__ import annotations

import csv
import gzip
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO, cast

from bandit.errors import BadValue, MissingInput, UnknownColumn
from replay.recorded.csv_row import CsvRow
from replay.recorded.exports.json_table import json_table
from replay.tables.formats.encoding import LOOK_AT, encoding_of, is_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

ZIP = b"PK\x03\x04"
"""What zip files begin with, spreadsheets' own among them."""


class TableFile:
    """A CSV file with a header, divided by commas, semicolons or tabs, or JSON; gzipped or not.

    `header` has the names of its columns.

    Raises
    ------
    MissingInput
        If the file isn't there or has no rows.
    BadValue
        If it isn't text, a row is longer or shorter than the header, or a column is there twice.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._json = _json(path)
        self.header = _csv_header(path) if self._json is None else self._json[0]

    def rows(self, columns: Collection[str] | None = None) -> list[CsvRow]:
        """Read the rows; of the columns, those that are given, or all."""
        if self._json is None:
            rows = _csv_rows(self._path, columns)
        else:
            rows = [
                CsvRow(number, {name: of[name] for name in of if _is_kept(name, columns)})
                for number, of in self._json[1]
            ]
        if not rows:
            raise MissingInput(f"{self._path}: no rows: it is empty or has only a header")
        return rows


def read_table(path: Path, columns: Collection[str] | None = None) -> list[CsvRow]:
    """Read the rows of a table whose columns are known; errors as `TableFile`."""
    return TableFile(path).rows(columns)


def _csv_header(path: Path) -> list[str]:
    with _opened(path) as lines:
        header = lines.readline()
    if not header.strip():
        raise MissingInput(f"{path}: no rows: it is empty or has only a header")
    return next(csv.reader([header], delimiter=max(",;\t", key=header.count)))


def _is_kept(name: str, columns: Collection[str] | None) -> bool:
    return columns is None or name in columns


def _csv_rows(path: Path, columns: Collection[str] | None) -> list[CsvRow]:
    """Read rows of fields; empty rows, which spreadsheets leave below a table, are none."""
    rows = []
    with _opened(path) as lines:
        first = lines.readline()
        lines.seek(0)
        reader = csv.reader(lines, delimiter=max(",;\t", key=first.count))
        header = next(reader, [])
        kept = [name for name in header if _is_kept(name, columns)]
        for name in kept:
            if kept.count(name) > 1:
                raise UnknownColumn(
                    f"{path}: {kept.count(name)} columns are called {name!r}: rename all but one"
                )
        for number, cells in enumerate(reader, start=2):
            if not cells or (len(cells) > 1 and not any(map(str.strip, cells))):
                continue
            if len(cells) != len(header):
                raise BadValue(
                    f"{path}: row {number} has {len(cells)} fields, the header has {len(header)}"
                )
            row = dict(zip(header, cells, strict=True))
            rows.append(CsvRow(number, {name: row[name] for name in kept}))
    return rows


def _json(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]] | None:
    """Return the columns and rows of a file in JSON, or `None`."""
    with _opened(path) as lines:
        if not is_json(lines.read(LOOK_AT).encode()):
            return None
        lines.seek(0)
        return json_table(lines.read(), path)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a text, gzipped or not; what can be wrong with it is one line."""
    if path.is_dir():
        raise MissingInput(f"{path}: is a folder, not a file")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as raw:
            start = raw.read(LOOK_AT)
        if start.startswith(ZIP):
            raise BadValue(
                f"{path}: a spreadsheet or another zip file, not text; save it as a CSV file:"
                " spreadsheets call it 'CSV UTF-8'"
            )
        with opened(path, "rt", encoding=encoding_of(start), newline="") as lines:
            yield cast("TextIO", lines)
    except gzip.BadGzipFile as error:
        raise BadValue(f"{path}: not gzipped, though its name says so ({error})") from error
    except (EOFError, zlib.error) as error:
        raise BadValue(f"{path}: damaged or incomplete ({error})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadValue(
            f"{path}: not a CSV file in UTF-8 ({error}); save it as one: spreadsheets call it"
            " 'CSV UTF-8'"
        ) from error


def place(path: Path, row: CsvRow, column: str) -> str:
    """Say where a value stands, as the beginning of an error."""
    return f"{path}: row {row.number}, column {column!r}"
