"""Read a folder of crowd labels: `labels.csv.gz`, and `truth.csv.gz` where there is one.

`labels.csv.gz` has `task,labeler,label` and may have `pool`, `at` (ISO time), `seq` (the order of
a task's labels), `seconds`, `usd`; `truth.csv.gz` has `task,truth` and features of the tasks.
Both may be without `.gz`.
"""

from __future__ import annotations

import csv
import gzip
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bandit.errors import BadValue, MissingInput, UnknownColumn, nearest
from replay.recorded.crowd import Crowd, CrowdLabel, first_labels, with_pools

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bandit.events import Feature

NEEDED = ("task", "labeler", "label")


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
    table = read_table(_file(folder, "labels"))
    for column in NEEDED:
        if column not in table[0]:
            msg = f"{folder.name}/labels: no column {column!r}{nearest(column, table[0])}"
            raise UnknownColumn(msg)
    rows = [_label(row, number) for number, row in enumerate(table, start=2)]
    kept, dropped = first_labels(rows)
    timed = "at" in table[0] or "seq" in table[0]
    if "at" in table[0]:
        kept.sort(key=lambda row: row.at or 0.0)
    notes = (f"{dropped} repeated labels of a labeler on a task left out",) if dropped else ()
    truth, features = _truth(folder)
    return with_pools(Crowd(folder.name, tuple(kept), truth, features, timed, notes))


def read_table(path: Path, columns: Collection[str] | None = None) -> list[dict[str, str]]:
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
        If it isn't text, or a row is longer or shorter than the header.
    """
    if not path.is_file():
        raise MissingInput(f"{path}: no such file")
    opened = gzip.open if path.suffix == ".gz" else open
    rows = []
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            header = lines.readline()
            lines.seek(0)
            reader = csv.DictReader(lines, restkey="", delimiter=max(",;\t", key=header.count))
            for number, row in enumerate(reader, start=2):
                if None in row.values() or "" in row:
                    raise BadValue(f"{path}: row {number} has more or fewer fields than the header")
                rows.append({k: v for k, v in row.items() if columns is None or k in columns})
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, csv.Error) as error:
        raise BadValue(f"{path}: not a CSV file in UTF-8 ({error})") from error
    if not rows:
        raise MissingInput(f"{path}: empty, or a header alone")
    return rows


def read_header(path: Path) -> list[str]:
    """Read the names of a CSV file's columns; errors as `read_table`."""
    if not path.is_file():
        raise MissingInput(f"{path}: no such file")
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8-sig", newline="") as lines:
            header = lines.readline()
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        raise BadValue(f"{path}: not a CSV file in UTF-8 ({error})") from error
    if not header.strip():
        raise MissingInput(f"{path}: empty, or a header alone")
    return next(csv.reader([header], delimiter=max(",;\t", key=header.count)))


def parse_time(text: str, row: int, column: str) -> float:
    """Read ISO time (UTC where no zone is given) or seconds since the epoch.

    Examples
    --------
    >>> parse_time("1970-01-02T00:00:00", 2, "at"), parse_time("86400", 2, "at")
    (86400.0, 86400.0)
    """
    try:
        number = float(text)
    except ValueError:
        try:
            at = datetime.fromisoformat(text.strip())
        except ValueError as error:
            msg = f"row {row}, column {column!r}: {text!r} is not a time (2026-01-31T09:30:00)"
            raise BadValue(msg) from error
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number):
        msg = f"row {row}, column {column!r}: {text!r} is not a time (2026-01-31T09:30:00)"
        raise BadValue(msg)
    return number


def parse_amount(text: str, row: int, column: str) -> float:
    """Read a finite number that is 0 or more; a dollar sign before it is fine.

    Examples
    --------
    >>> parse_amount("$0.05", 2, "price")
    0.05
    """
    try:
        number = float(text.strip().removeprefix("$"))
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0):
        msg = f"row {row}, column {column!r}: {text!r} is not a number of 0 or more"
        raise BadValue(msg)
    return number


def _file(folder: Path, stem: str) -> Path:
    plain = folder / f"{stem}.csv"
    if not folder.is_dir():
        msg = f"{folder}: no such folder"
        raise MissingInput(msg)
    return plain if plain.is_file() else folder / f"{stem}.csv.gz"


def _label(row: Mapping[str, str], number: int) -> CrowdLabel:
    at, seconds, usd = row.get("at"), row.get("seconds"), row.get("usd")
    return CrowdLabel(
        task=row["task"],
        labeler=row["labeler"],
        label=row["label"],
        pool=row.get("pool") or None,
        at=parse_time(at, number, "at") if at else None,
        usd=parse_amount(usd, number, "usd") if usd else None,
        seconds=parse_amount(seconds, number, "seconds") if seconds else None,
    )


def _truth(folder: Path) -> tuple[dict[str, str], dict[str, dict[str, Feature]]]:
    path = _file(folder, "truth")
    if not path.is_file():
        return {}, {}
    table = read_table(path)
    for column in ("task", "truth"):
        if column not in table[0]:
            msg = f"{folder.name}/truth: no column {column!r}{nearest(column, table[0])}"
            raise UnknownColumn(msg)
    names = [name for name in table[0] if name not in ("task", "truth")]
    numeric = {name for name in names if all(_is_number(row[name]) for row in table)}
    truth = {row["task"]: row["truth"] for row in table if row["truth"]}
    features = {
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
