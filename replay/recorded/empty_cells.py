"""Empty cells where a label table must have a value: all are named in one error.

A file of a labeling tool often has hundreds, so one at a time would take hundreds of attempts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from replay.recorded.csv_row import CsvRow

SHOWN = 3


def check_filled(path: Path, table: Sequence[CsvRow], columns: Mapping[str, str]) -> None:
    """Refuse empty cells in `columns`, by what they hold; spaces alone are empty, too.

    Raises
    ------
    BadValue
        If there are any; the message says how many, and where the first are.

    Examples
    --------
    >>> from pathlib import Path
    >>> from replay.recorded.csv_row import CsvRow
    >>> rows = [CsvRow(number, {"task": "t", "answer": ""}) for number in range(2, 7)]
    >>> check_filled(
    ...     Path("f.csv"), rows, {"task": "task", "label": "answer"}
    ... )  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    bandit.errors.BadValue: f.csv: 5 cells are empty that must hold a label: row 2, column 'answer';
      row 3, column 'answer'; row 4, column 'answer' and 2 others; fill them in, or leave such rows
      out
    """
    empty = [
        (f"row {row.number}, column {column!r}", role)
        for row in table
        for role, column in columns.items()
        if not row.of[column].strip()
    ]
    if not empty:
        return
    if len(empty) == 1:
        (place, role), *_ = empty
        raise BadValue(
            f"{path}: {place}: empty, but it is the {role}; fill it in, or leave such rows out"
        )
    roles = " or ".join(role for role in columns if role in {role for _, role in empty})
    first = "; ".join(place for place, _ in empty[:SHOWN])
    others = len(empty) - SHOWN
    more = f" and {others:,} other{'s' * (others > 1)}" if others > 0 else ""
    raise BadValue(
        f"{path}: {len(empty):,} cells are empty that must hold a {roles}: {first}{more}; fill"
        " them in, or leave such rows out"
    )
