"""Read labels to be weighed: a file, a folder of recorded labels, or a pandas table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bandit.counted import counted
from bandit.errors import BadValue, MissingInput, UnknownColumn
from replay.recorded.crowd import Crowd, first_labels, with_pools
from replay.recorded.csv_row import CsvRow
from replay.recorded.doubtful import check_truth
from replay.recorded.files import read_crowd, read_header, read_table
from replay.runtime.arguments import refuse
from replay.savings.columns import find_columns
from replay.savings.table import MAX_CLASSES, crowd_labels, truth_of, truth_of_file

if TYPE_CHECKING:
    from collections.abc import Mapping

Source = str | Path | pd.DataFrame
"""A CSV file, a folder that holds labels.csv and perhaps truth.csv, or a table."""


def read_source(source: Source, given: Mapping[str, str | None], truth: str | None) -> Crowd:
    """Return the labels of a source, each with a pool.

    Raises
    ------
    MissingInput, UnknownColumn, BadValue
        If they can't be used; the message names the row.
    """
    if isinstance(source, pd.DataFrame):
        return _checked(_of_table(source, given, truth))
    if not isinstance(source, str | Path):
        raise refuse("source", source, "a path or a pandas table")
    path = Path(source)
    return _checked(read_crowd(path) if path.is_dir() else _of_file(path, given, truth))


def _of_file(path: Path, given: Mapping[str, str | None], truth: str | None) -> Crowd:
    header = read_header(path)
    second = truth is not None and truth not in header and Path(truth).is_file()
    columns, _ = find_columns(header, {**given, "truth": None if second else truth}, str(path))
    rows = read_table(path, set(columns.values()))
    known = truth_of_file(Path(str(truth)), columns["task"]) if second else None
    return _crowd(path, rows, columns, known)


def _of_table(table: pd.DataFrame, given: Mapping[str, str | None], truth: str | None) -> Crowd:
    header = [str(name) for name in table.columns]
    columns, _ = find_columns(header, {**given, "truth": truth}, "the table")
    for name in columns.values():
        if header.count(name) > 1:
            raise UnknownColumn(
                f"the table: {header.count(name)} columns are called {name!r}: rename all but one"
            )
    kept = table.set_axis(header, axis="columns")[list(dict.fromkeys(columns.values()))]
    texts = kept.astype(object).where(kept.notna(), "").map(_text)
    values = zip(*(texts[name] for name in texts.columns), strict=True)
    rows = [
        CsvRow(number, dict(zip(texts.columns, row, strict=True)))
        for number, row in enumerate(values)
    ]
    return _crowd(Path("the table"), rows, columns, None)


def _text(value: object) -> str:
    """Write a cell as a CSV file has it: pandas makes whole numbers floats where one is missing."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _crowd(
    path: Path, rows: list[CsvRow], columns: Mapping[str, str], known: dict[str, str] | None
) -> Crowd:
    kept, _ = first_labels(crowd_labels(path, rows, columns))
    timed = "at" in columns
    if timed:
        kept.sort(key=lambda row: row.at or 0.0)
    truth = truth_of(path, rows, columns) if known is None else known
    return with_pools(Crowd(path.name, tuple(kept), truth, {}, timed))


def _checked(crowd: Crowd) -> Crowd:
    if not crowd.labels:
        raise MissingInput(f"{crowd.name}: no labels; a row for each label was expected")
    classes = {row.label for row in crowd.labels}
    if not 2 <= len(classes) <= MAX_CLASSES:
        raise BadValue(
            f"{crowd.name}: {counted(len(classes), 'different label')}; 2 to {MAX_CLASSES} classes"
            " were expected"
        )
    check_truth(crowd, crowd.name)
    return crowd
