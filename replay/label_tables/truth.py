"""True answers of tasks: a column that is named, one that is found, or a file of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import UnknownColumn
from replay.label_tables.columns import NAMES, plain
from replay.recorded.files import true_answers
from replay.recorded.spelling import plain_spelling
from replay.recorded.table_file import read_table
from replay.tables.columns.named_actions import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from replay.recorded.csv_row import CsvRow

TRUTH_NAMES = (
    "truth", "gold", "groundtruth", "correct", "correctanswer", "trueanswer", "truelabel",
    "goldlabel", "expert", "answer", "label",
)  # fmt: skip
"""Names of the true answers in a file of their own, in plain letters, the surest first."""

SURE_NAMES = (
    "truth", "groundtruth", "gold", "goldlabel", "goldanswer", "goldstandard", "trueanswer",
    "truelabel", "correctanswer", "correctlabel", "expertlabel", "expertanswer",
)  # fmt: skip
"""Names that mean true answers in a table of labels; `correct` may say whether a label is right."""

FLAGS = frozenset({"true", "false", "yes", "no", "0", "1", "y", "n", "t", "f"})
"""How tables say whether something is so."""


def find_truth(header: Sequence[str], columns: Mapping[str, str]) -> str | None:
    """Find a column that is called as true answers are.

    Examples
    --------
    >>> find_truth(["task", "label", "Gold Label"], {"task": "task", "label": "label"})
    'Gold Label'
    """
    free = {plain(name): name for name in reversed(header) if name not in columns.values()}
    return next((free[name] for name in SURE_NAMES if name in free), None)


def is_truth(column: str, table: Sequence[CsvRow], columns: Mapping[str, str]) -> bool:
    """Whether the cells of a column are answers of tasks: each empty, or the class of a label.

    A task has one true answer. A column that has a yes or a no in every row, or only a yes, may say
    which tasks have gold, in the words that the labels have, too.

    Examples
    --------
    >>> from replay.recorded.csv_row import CsvRow
    >>> columns = {"task": "task", "label": "label"}
    >>> cells = ("task", "label", "gold")
    >>> rows = [CsvRow(2, dict(zip(cells, "txX"))), CsvRow(3, dict(zip(cells, ("u", "y", ""))))]
    >>> is_truth("gold", rows, columns)
    True
    >>> is_truth("gold", [CsvRow(2, dict(zip(cells, ("t", "true", "true"))))], columns)
    False
    """
    of_task: dict[str, str] = {}
    for row in table:
        answer = plain_spelling(row.of[column])
        if answer and of_task.setdefault(row.of[columns["task"]].strip(), answer) != answer:
            return False
    classes = {plain_spelling(row.of[columns["label"]]) for row in table}
    cells = [plain_spelling(row.of[column]) for row in table]
    answers = set(filter(None, cells))
    flags = answers <= FLAGS and (all(cells) or len(answers) == 1)
    return bool(answers) and answers <= classes and not flags


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
