"""Read a label table: columns mapped, prices added, every row checked.

Rule 1: what was guessed or assumed is said, in words, in the notes of the result.
Rule 2: a row that can't be used is an error that names it; none is dropped without a word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import BadValue, MissingInput, UnknownColumn, nearest
from replay.recorded.crowd import Crowd, CrowdLabel, first_labels, with_pools
from replay.recorded.doubtful import check_truth, doubts
from replay.recorded.empty_cells import check_filled
from replay.recorded.files import (
    parse_amount,
    parse_time,
    place,
    read_header,
    read_table,
    true_answers,
)
from replay.recorded.replayed import priced
from replay.savings.columns import NAMES, NEEDED, find_columns, plain
from replay.tables.columns.named_actions import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.recorded.csv_row import CsvRow

DEFAULT_USD = 0.05
"""A label's price where nothing says it: a few cents is what crowds are paid for short tasks."""

MAX_CLASSES = 100
"""More different answers than this are free text, not classes."""

TRUTH_NAMES = (
    "truth", "gold", "groundtruth", "correct", "correctanswer", "trueanswer", "truelabel",
    "goldlabel", "expert", "answer", "label",
)  # fmt: skip
"""Names of the true answers in a file of their own, in plain letters, the surest first."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a label costs where no column says it: by pool, else flat; `None` for not said."""

    usd_per_label: float | None = None
    of_pool: tuple[tuple[str, float], ...] = ()


def read_labels(
    path: Path, given: Mapping[str, str | None], prices: Prices, truth: str | None = None
) -> tuple[Crowd, dict[str, str]]:
    """Read a table of labels; return the crowd, each row with pool and price, and the columns.

    `truth` names a column of the file, or a second file with a task and a truth column.

    Raises
    ------
    MissingInput
        If a file is missing or empty, or no task has two labels.
    UnknownColumn, BadValue
        If a column or a value can't be used; the message names the row.
    """
    header = read_header(path)
    second = truth is not None and truth not in header and Path(truth).is_file()
    wanted = {**given, "truth": None if second else truth}
    columns, guessed = find_columns(header, wanted, str(path))
    table = read_table(path, set(columns.values()))
    rows = crowd_labels(path, table, columns)
    kept, dropped = first_labels(rows)
    notes = []
    if guessed:
        roles = ", ".join(f"{role} = {columns[role]!r}" for role in guessed)
        notes.append(f"columns guessed by their names: {roles}")
    if dropped:
        labels = counted(dropped, "label")
        notes.append(f"{labels} left out: the labeler had labeled the task before")
    known = (
        truth_of_file(Path(str(truth)), columns["task"])
        if second
        else truth_of(path, table, columns)
    )
    timed = "at" in columns
    if timed:
        kept.sort(key=lambda row: row.at or 0.0)
    crowd = Crowd(path.name, tuple(kept), known, {}, timed, tuple(notes))
    _check(crowd, path)
    crowd = replace(crowd, notes=(*notes, *doubts(crowd)))
    return with_pools(_with_prices(crowd, columns, prices, path)), columns


def crowd_labels(
    path: Path, table: Sequence[CsvRow], columns: Mapping[str, str]
) -> list[CrowdLabel]:
    """Return the labels of rows, whose columns have the roles `columns`.

    Raises
    ------
    BadValue
        If a needed cell is empty, or holds what can't be read; the message names the row.
    """
    check_filled(path, table, {role: columns[role] for role in NEEDED})
    return [_label(path, row, columns) for row in table]


def _label(path: Path, row: CsvRow, columns: Mapping[str, str]) -> CrowdLabel:
    task, labeler, label = (row.of[columns[role]].strip() for role in NEEDED)
    at, price, pool = columns.get("at"), columns.get("price"), columns.get("pool")
    return CrowdLabel(
        task=task,
        labeler=labeler,
        label=label,
        pool=(row.of[pool].strip() or "none") if pool else None,
        at=parse_time(row.of[at], place(path, row, at)) if at else None,
        usd=parse_amount(row.of[price], place(path, row, price)) if price else None,
    )


def truth_of(path: Path, table: Sequence[CsvRow], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the true answers in a column of the table, by task."""
    if "truth" not in columns:
        return {}
    return true_answers(path, table, columns["task"], columns["truth"])


def truth_of_file(path: Path, task_column: str) -> dict[str, str]:
    """Return the true answers in a file of their own, by task."""
    table = read_table(path)
    header = list(table[0].of)
    task = task_column if task_column in header else _task_column(header, path)
    others = [name for name in header if name != task]
    known = [name for name in others if plain(name) in TRUTH_NAMES]
    named = sorted(known, key=lambda name: TRUTH_NAMES.index(plain(name))) or others[:1]
    if not named:
        raise UnknownColumn(
            f"{path}: {task!r} is the only column; a column with the true answers was expected"
        )
    return truth_of(path, table, {"task": task, "truth": named[0]})


def _task_column(header: Sequence[str], path: Path) -> str:
    by_name = {plain(name): name for name in reversed(header)}
    column = next((by_name[plain(name)] for name in NAMES["task"] if plain(name) in by_name), None)
    if column is None:
        raise UnknownColumn(
            f"{path}: no column looks like the task; call it {NAMES['task'][0]!r}, or as in the"
            f" file of labels; columns: {listed(header)}"
        )
    return column


def _check(crowd: Crowd, path: Path) -> None:
    tasks = len({row.task for row in crowd.labels})
    if tasks == len(crowd.labels):
        raise MissingInput(
            f"{path}: every task has one label ({tasks:,} tasks): nothing to save, because "
            "poolwise saves labels on tasks that get several"
        )
    classes = crowd.classes
    if len(classes) < 2:
        raise BadValue(f"{path}: every label is {classes[0]!r}; at least two classes were expected")
    if len(classes) > MAX_CLASSES:
        raise BadValue(
            f"{path}: {len(classes):,} different labels; at most {MAX_CLASSES} classes can be "
            "compared, and free text can't"
        )
    check_truth(crowd, path)


def _with_prices(crowd: Crowd, columns: Mapping[str, str], prices: Prices, path: Path) -> Crowd:
    by_pool = dict(prices.of_pool)
    pools = {row.pool for row in crowd.labels if row.pool is not None}
    for pool in by_pool:
        if pool not in pools:
            known = (
                nearest(pool, pools) if pools else "; the file has no pool column (--pool COLUMN)"
            )
            raise BadValue(f"--price-of {pool}: no such pool{known}")
    flat = prices.usd_per_label
    if flat is None and "price" not in columns and set(crowd.pools) - set(by_pool):
        flat = DEFAULT_USD
        note = f"no column of prices found: ${flat:.2f} per label assumed (--price, --price-of)"
        crowd = replace(crowd, notes=(*crowd.notes, note))
    if "price" in columns and (by_pool or flat is not None):
        crowd = replace(crowd, labels=tuple(row._replace(usd=None) for row in crowd.labels))
    result = priced(crowd, flat or 0.0, by_pool)
    if not any(row.usd for row in result.labels):
        raise BadValue(f"{path}: every price is 0; a price above 0 was expected (--price)")
    return result
