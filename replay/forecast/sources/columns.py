"""Columns of a table of timestamps: named by the user, or guessed from their names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bandit.errors import UnknownColumn, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

TIMES = (
    "at", "time", "timestamp", "datetime", "date_time", "date", "created_at", "created",
    "arrived_at", "arrival_time", "arrival", "submitted_at", "submit_time", "submitted",
    "started_at", "start_time", "opened_at", "event_time", "occurred_at", "ts", "when", "day",
    "completed_at", "finished_at", "updated_at",
)  # fmt: skip
"""Names that mean a moment, the surest first, however their words are divided."""


def time_column(header: Sequence[str], given: str | None, place: str) -> str:
    """Return the column of timestamps.

    Raises
    ------
    UnknownColumn
        If the named column isn't there, or none is named and none looks like a timestamp.

    Examples
    --------
    >>> time_column(["id", "Created At"], None, "f.csv")
    'Created At'
    """
    if given is not None:
        return known_column(header, given, place)
    plain = {_plain(column): column for column in reversed(header)}
    for name in TIMES:
        if _plain(name) in plain:
            return plain[_plain(name)]
    raise UnknownColumn(
        f"{place}: no column looks like a timestamp; name it with --column COLUMN; columns: "
        f"{', '.join(map(repr, header))}"
    )


def known_column(header: Sequence[str], name: str, place: str) -> str:
    """Return a column that the user named.

    Raises
    ------
    UnknownColumn
        If it isn't there; the message names the nearest.
    """
    if name not in header:
        raise UnknownColumn(f"{place}: no column {name!r}{nearest(name, header)}")
    return name


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())
