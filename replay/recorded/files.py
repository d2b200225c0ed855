"""Read a folder of crowd labels: `labels.csv.gz`, and `truth.csv.gz` where there is one.

`labels.csv.gz` has `task,labeler,label` and may have `pool`, `at` (ISO time), `seq` (the order of
a task's labels), `seconds`, `price` (or `usd`); `truth.csv.gz` has `task,truth` and features of the
tasks. Both may be without `.gz`.
"""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from bandit.engine.checks import MOST
from bandit.errors import BadValue, MissingInput, UnknownColumn, nearest
from replay.recorded.crowd import Crowd, CrowdLabel, first_labels, with_pools
from replay.recorded.csv_row import CsvRow
from replay.recorded.doubtful import check_truth, doubts
from replay.recorded.empty_cells import check_filled
from replay.tables.formats.encoding import LOOK_AT, encoding_of, is_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bandit.events import Feature

NEEDED = ("task", "labeler", "label")
PRICES = ("price", "usd")
UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From such a number on, it counts so many parts of a second: as seconds it were after 5138."""

NO_TIME = (
    "is not an ISO time such as 2026-01-31T09:30:00; write all times so, or leave the column out"
)


def read_crowd(folder: Path) -> Crowd:
    """Read a data set; every label has a pool afterwards.

    Raises
    ------
    MissingInput
        If the folder, its labels or all rows are missing.
    UnknownColumn
        If a needed column is missing.
    BadValue
        If a time or a number can't be read; the message names the row.
    """
    folder = Path(folder)
    path = _file(folder, "labels")
    table = read_table(path)
    header = _needs(path, table, NEEDED)
    if all(column in header for column in PRICES):
        raise UnknownColumn(f"{path}: has both 'price' and 'usd': leave one out")
    check_filled(path, table, {column: column for column in NEEDED})
    rows = [_label(row, path) for row in table]
    kept, dropped = first_labels(rows)
    timed = "at" in header or "seq" in header
    if "at" in header:
        kept.sort(key=lambda row: row.at or 0.0)
    notes: tuple[str, ...] = ()
    if all(row.pool is not None for row in rows):
        notes += ("pools are those of the data",)
    if dropped:
        notes += (f"{dropped} repeated labels of a labeler on a task left out",)
    truth, features = _truth(folder)
    crowd = Crowd(folder.name, tuple(kept), truth, features, timed, notes)
    check_truth(crowd, folder)
    return with_pools(replace(crowd, notes=(*notes, *doubts(crowd))))


def read_table(path: Path, columns: Collection[str] | None = None) -> list[CsvRow]:
    """Read the rows of a CSV file with a header, divided by commas, semicolons or tabs.

    Parameters
    ----------
    path
        The file, gzipped or not.
    columns
        Those that are kept; `None` for all.

    Raises
    ------
    MissingInput
        If the file isn't there or has no rows.
    BadValue
        If it isn't text, a row is longer or shorter than the header, or a column is there twice.
    """
    rows = []
    with _opened(path) as lines:
        first = lines.readline()
        lines.seek(0)
        reader = csv.reader(lines, delimiter=max(",;\t", key=first.count))
        header = next(reader, [])
        kept = [name for name in header if columns is None or name in columns]
        for name in kept:
            if kept.count(name) > 1:
                raise UnknownColumn(
                    f"{path}: {kept.count(name)} columns are called {name!r}: rename all but one"
                )
        for number, cells in enumerate(reader, start=2):
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadValue(
                    f"{path}: row {number} has {len(cells)} fields, the header has {len(header)}"
                )
            row = dict(zip(header, cells, strict=True))
            rows.append(CsvRow(number, {name: row[name] for name in kept}))
    if not rows:
        raise MissingInput(f"{path}: no rows: it is empty or has only a header")
    return rows


def read_header(path: Path) -> list[str]:
    """Read the names of a CSV file's columns; errors as `read_table`."""
    with _opened(path) as lines:
        header = lines.readline()
    if not header.strip():
        raise MissingInput(f"{path}: no rows: it is empty or has only a header")
    return next(csv.reader([header], delimiter=max(",;\t", key=header.count)))


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
        if is_json(start):
            raise BadValue(f"{path}: JSON, not CSV; save it as a CSV file")
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


def parse_time(text: str, where: str) -> float:
    """Read ISO time (UTC where no zone is given), or seconds or milliseconds since the epoch.

    Examples
    --------
    >>> parse_time("1970-01-02T00:00:00", "at"), parse_time("86400", "at")
    (86400.0, 86400.0)
    >>> parse_time("1767225600000", "at")
    1767225600.0
    """
    try:
        number = float(text)
    except ValueError:
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise BadValue(f"{where}: {text!r} {NO_TIME}") from error
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number):
        raise BadValue(f"{where}: {text!r} {NO_TIME}")
    return number / next((parts for least, parts in UNITS if abs(number) >= least), 1.0)


def parse_amount(text: str, where: str) -> float:
    """Read a number that is 0 or more; a dollar sign before it is fine, and so is a decimal comma.

    A comma before three digits may be one of thousands: such a number is refused.

    Examples
    --------
    >>> parse_amount("$0.05", "price"), parse_amount("0,05", "price")
    (0.05, 0.05)
    """
    plain = text.strip().removeprefix("$")
    whole, comma, decimals = plain.partition(",")
    if comma and decimals.isdigit() and len(decimals) != 3:
        plain = f"{whole}.{decimals}"
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not 0 <= number <= MOST:
        comma = "; write it with a decimal point and no other marks" if "," in text else ""
        raise BadValue(f"{where}: {text!r} is not a number between 0 and {MOST:g}{comma}")
    return number


def _file(folder: Path, stem: str) -> Path:
    plain = folder / f"{stem}.csv"
    if not folder.is_dir():
        raise MissingInput(f"{folder}: no such folder")
    return plain if plain.is_file() else folder / f"{stem}.csv.gz"


def place(path: Path, row: CsvRow, column: str) -> str:
    """Say where a value stands, as the beginning of an error."""
    return f"{path}: row {row.number}, column {column!r}"


def _needs(path: Path, table: list[CsvRow], needed: tuple[str, ...]) -> Mapping[str, str]:
    """Return the columns of a table, if all that are needed are among them."""
    header = table[0].of
    for column in needed:
        if column not in header:
            raise UnknownColumn(f"{path}: no column {column!r}{nearest(column, header)}")
    return header


def _label(row: CsvRow, path: Path) -> CrowdLabel:
    at, seconds = row.of.get("at"), row.of.get("seconds")
    priced = next((column for column in PRICES if row.of.get(column)), None)
    task, labeler, label = (row.of[column].strip() for column in NEEDED)
    return CrowdLabel(
        task=task,
        labeler=labeler,
        label=label,
        pool=row.of.get("pool") or None,
        at=parse_time(at, place(path, row, "at")) if at else None,
        usd=parse_amount(row.of[priced], place(path, row, priced)) if priced else None,
        seconds=parse_amount(seconds, place(path, row, "seconds")) if seconds else None,
    )


def true_answers(path: Path, table: Sequence[CsvRow], task: str, truth: str) -> dict[str, str]:
    """Return the true answers in a column of a table, by the task in another one.

    Raises
    ------
    BadValue
        If a task has two of them that differ; the message names the row.
    """
    known: dict[str, str] = {}
    for row in table:
        name, answer = row.of[task].strip(), row.of[truth].strip()
        if answer and known.setdefault(name, answer) != answer:
            raise BadValue(
                f"{place(path, row, truth)}: task {name!r} has the truth {answer!r} here and"
                f" {known[name]!r} before; keep one of them"
            )
    return known


def _truth(folder: Path) -> tuple[dict[str, str], dict[str, dict[str, Feature]]]:
    path = _file(folder, "truth")
    if not path.is_file():
        return {}, {}
    rows = read_table(path)
    header = _needs(path, rows, ("task", "truth"))
    table = [{**row.of, "task": row.of["task"].strip()} for row in rows]
    names = [name for name in header if name not in ("task", "truth")]
    numeric = {name for name in names if all(_is_number(row[name]) for row in table)}
    truth = true_answers(path, rows, "task", "truth")
    features: dict[str, dict[str, Feature]] = {
        row["task"]: {
            name: float(row[name]) if name in numeric else row[name] for name in names if row[name]
        }
        for row in table
    }
    return truth, features


def _is_number(text: str) -> bool:
    try:
        return not text or math.isfinite(float(text))
    except ValueError:
        return False
