"""A table of timestamps, one row an event: when, and how much of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import BadValue
from replay.forecast.sources.columns import known_column, time_column
from replay.forecast.sources.timestamps import parse_moment, spreadsheet_dates
from replay.recorded.amounts import parse_amount
from replay.recorded.table_file import TableFile, place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from replay.forecast.sources.timestamps import Moment
    from replay.recorded.csv_row import CsvRow

AHEAD_S = 86400.0
"""Timestamps may lie so far in the future: other clocks, other zones."""


@dataclass(frozen=True, slots=True)
class EventTable:
    """Moments in order, their amounts (`None` to count rows), and what was assumed.

    `name` is what is counted or the column of amounts; these are `averaged` by step, or summed up.

    `are_dates` says that all are dates without a time of day.
    """

    times: list[float]
    amounts: list[float] | None
    are_dates: bool
    notes: tuple[str, ...]
    name: str = "events"
    averaged: bool = False


def read_events(
    path: Path,
    column: str | None = None,
    amount: str | None = None,
    now: float | None = None,
    *,
    averaged: bool = False,
) -> EventTable:
    """Read a CSV file of events.

    Parameters
    ----------
    path
        The file, gzipped or not.
    column
        Column of timestamps; guessed by its name if not given.
    amount
        Column that is summed up, or averaged; without one, rows are counted.
    now
        What no timestamp may exceed by more than a day; by default the machine's clock.

    Raises
    ------
    MissingInput
        If the file is missing or has no rows.
    UnknownColumn
        If a column is missing, or none looks like a timestamp.
    BadValue
        If a row can't be used; the message names it.
    """
    file = TableFile(path)
    header = file.header
    at = time_column(header, column, str(path))
    summed = None if amount is None else known_column(header, amount, str(path))
    rows = file.rows({at, *([summed] if summed else [])})
    moments = [parse_moment(row.of[at], place(path, row, at)) for row in rows]
    _check_zones(path, at, rows, moments)
    dated = spreadsheet_dates(moments)
    _check_future(path, at, rows, dated or moments, time.time() if now is None else now)
    notes = []
    if dated is not None:
        notes.append(
            f"numbers in column {at!r} are read as a spreadsheet's days since 1899-12-30:"
            f" {rows[0].of[at]} is {_minute(dated[0])}"
        )
        moments = dated
    if summed is not None:
        rows, moments, left_out = _with_amounts(path, summed, rows, moments)
        notes += left_out
    order = sorted(range(len(rows)), key=lambda number: moments[number].at)
    if column is None:
        notes.append(f"timestamps are read from column {at!r} (--column)")
    if any(moment.zoned is False for moment in moments):
        notes.append("timestamps have no time zone: UTC is assumed")
    unsorted = sum(after.at < before.at for before, after in pairwise(moments))
    if unsorted:
        notes.append(f"{counted(unsorted, 'row')} out of order: sorted by time")
    amounts = None
    if summed is not None:
        values = [parse_amount(row.of[summed], place(path, row, summed)) for row in rows]
        amounts = [values[number] for number in order]
    return EventTable(
        times=[moments[number].at for number in order],
        amounts=amounts,
        are_dates=all(moment.is_date for moment in moments),
        notes=tuple(notes),
        name=summed or "events",
        averaged=averaged,
    )


def _with_amounts(
    path: Path, column: str, rows: Sequence[CsvRow], moments: Sequence[Moment]
) -> tuple[list[CsvRow], list[Moment], list[str]]:
    """Return the rows that have an amount, with their moments, and a note on the others.

    An empty cell is unknown: a sum can't count it as 0, nor can a mean.
    """
    kept = [number for number, row in enumerate(rows) if row.of[column].strip()]
    if not kept:
        counted_rows = counted(len(rows), "row")
        raise BadValue(f"{path}: column {column!r}: empty in all {counted_rows}")
    missing = len(rows) - len(kept)
    notes = []
    if missing:
        rows_are = f"{counted(missing, 'row')} without a value in column {column!r}"
        notes.append(f"{rows_are} {'is' if missing == 1 else 'are'} left out")
    return [rows[number] for number in kept], [moments[number] for number in kept], notes


def _minute(moment: Moment) -> str:
    return f"{datetime.fromtimestamp(moment.at, UTC):%Y-%m-%d %H:%M}"


def _check_zones(
    path: Path, column: str, rows: Sequence[CsvRow], moments: Sequence[Moment]
) -> None:
    """Refuse a mixture of times with and without a zone: they may lie hours apart."""
    first = moments[0].zoned
    for row, moment in zip(rows, moments, strict=True):
        if moment.zoned != first:
            words = {True: "has a time zone", False: "has no time zone", None: "is a number"}
            raise BadValue(
                f"{place(path, row, column)}: {row.of[column]!r} {words[moment.zoned]}, "
                f"but row {rows[0].number} {words[first]}: write all in one way"
            )


def _check_future(
    path: Path, column: str, rows: Sequence[CsvRow], moments: Sequence[Moment], now: float
) -> None:
    for row, moment in zip(rows, moments, strict=True):
        if moment.at > now + AHEAD_S:
            date = f" ({_minute(moment)})" if moment.is_counted else ""
            raise BadValue(
                f"{place(path, row, column)}: {row.of[column]!r}{date} lies in the future: a"
                " forecast is made from what has happened; check the column, or remove planned rows"
            )
