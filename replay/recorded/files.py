"""Read a folder of crowd labels: `labels.csv.gz`, and `truth.csv.gz` where there is one.

`labels.csv.gz` has `task,labeler,label` and may have `pool`, `at` (ISO time), `seq` (the order of
a task's labels), `seconds`, `price` (or `usd`); `truth.csv.gz` has `task,truth` and features of the
tasks. Both may be without `.gz`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bandit.errors import BadValue, MissingInput, UnknownColumn, nearest
from replay.recorded.amounts import parse_amount
from replay.recorded.crowd import Crowd, CrowdLabel, first_labels, with_pools
from replay.recorded.doubtful import check_truth, doubts
from replay.recorded.empty_cells import check_filled
from replay.recorded.table_file import place, read_table
from replay.recorded.times import read_times

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Feature
    from replay.recorded.csv_row import CsvRow

NEEDED = ("task", "labeler", "label")
PRICES = ("price", "usd")


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
    times, assumed = times_of(path, table, "at") if "at" in header else ([None] * len(table), ())
    rows = [_label(row, path, at) for row, at in zip(table, times, strict=True)]
    kept, dropped = first_labels(rows)
    timed = "at" in header or "seq" in header
    if "at" in header:
        kept.sort(key=lambda row: row.at or 0.0)
    notes = assumed
    if all(row.pool is not None for row in rows):
        notes += ("pools are those of the data",)
    if dropped:
        notes += (f"{dropped} repeated labels of a labeler on a task left out",)
    truth, features = _truth(folder)
    crowd = Crowd(folder.name, tuple(kept), truth, features, timed, notes)
    check_truth(crowd, folder)
    return with_pools(replace(crowd, notes=(*notes, *doubts(crowd))))


def _file(folder: Path, stem: str) -> Path:
    plain = folder / f"{stem}.csv"
    if not folder.is_dir():
        raise MissingInput(f"{folder}: no such folder")
    return plain if plain.is_file() else folder / f"{stem}.csv.gz"


def _needs(path: Path, table: list[CsvRow], needed: tuple[str, ...]) -> Mapping[str, str]:
    """Return the columns of a table, if all that are needed are among them."""
    header = table[0].of
    for column in needed:
        if column not in header:
            raise UnknownColumn(f"{path}: no column {column!r}{nearest(column, header)}")
    return header


def times_of(
    path: Path, table: Sequence[CsvRow], column: str
) -> tuple[list[float | None], tuple[str, ...]]:
    """Read a column of times, `None` where a cell is empty, and say what was assumed of them."""
    filled = [at for at, row in enumerate(table) if row.of[column].strip()]
    times, assumed = read_times(
        [table[at].of[column] for at in filled], lambda at: place(path, table[filled[at]], column)
    )
    of = dict(zip(filled, times, strict=True))
    return [of.get(at) for at in range(len(table))], tuple(f"{column}: {said}" for said in assumed)


def _label(row: CsvRow, path: Path, at: float | None) -> CrowdLabel:
    seconds = row.of.get("seconds")
    priced = next((column for column in PRICES if row.of.get(column)), None)
    task, labeler, label = (row.of[column].strip() for column in NEEDED)
    return CrowdLabel(
        task=task,
        labeler=labeler,
        label=label,
        pool=row.of.get("pool") or None,
        at=at,
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
