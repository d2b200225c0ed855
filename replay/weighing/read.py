"""Read labels to be weighed: a file, a folder of recorded labels, or a pandas table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bandit.counted import counted
from bandit.errors import BadValue, MissingInput, UnknownColumn
from replay.label_tables.as_crowd import MAX_CLASSES
from replay.label_tables.columns import NEEDED, find_columns
from replay.label_tables.label_table import crowd_labels, read_label_table
from replay.label_tables.truth import truth_of
from replay.recorded.crowd import Crowd, first_labels, with_pools
from replay.recorded.csv_row import CsvRow
from replay.recorded.doubtful import check_truth
from replay.recorded.empty_cells import check_filled
from replay.recorded.files import read_crowd
from replay.runtime.arguments import refuse

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
    table = read_label_table(path, given, truth, as_written=True, find_gold=False)
    timed = "at" in table.columns
    return with_pools(Crowd(path.name, table.labels, table.truth, {}, timed))


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
    return _crowd(Path("the table"), rows, columns)


def _text(value: object) -> str:
    """Write a cell as a CSV file has it: pandas makes whole numbers floats where one is missing."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)


def _crowd(path: Path, rows: list[CsvRow], columns: Mapping[str, str]) -> Crowd:
    check_filled(path, rows, {role: columns[role] for role in NEEDED})
    kept, _ = first_labels(crowd_labels(path, rows, columns)[0])
    timed = "at" in columns
    if timed:
        kept.sort(key=lambda row: row.at or 0.0)
    truth = truth_of(path, rows, columns)
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
