"""Whether columns of chances are called after the actions of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import MOST_NAMED, BadValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.tables.columns.roles import Columns


def check_names(table: str, columns: Columns, taken: Sequence[str]) -> None:
    """Refuse a target's columns whose names match no action that was `taken`.

    Raises
    ------
    BadValue
        If a target has such columns; the message has names of both.
    """
    for target, where in columns.target_pmfs:
        named = [name.removeprefix(where.prefix) for name in where.names]
        if where.form == "columns" and not {*named} & {*taken}:
            raise BadValue(
                f"{table}: {target}: its columns are named after other actions than the log's: the"
                f" columns after {listed(named)}; {columns.action} is {listed(taken)}"
            )


def no_chance(columns: Columns, action: object) -> str:
    """Say why the logging policy's chances give a logged action none."""
    where = columns.logged
    assert where is not None
    named = [name.removeprefix(where.prefix) for name in where.names]
    if where.form != "columns" or str(action) in named:
        return f"{where.label} gives the logged action no chance"
    return (
        f"{where.label} gives the logged action no chance: {columns.action} is {str(action)!r}, and"
        f" the columns are named after {listed(named)}"
    )


def listed(names: Sequence[str]) -> str:
    """List some names, each in quotes.

    Examples
    --------
    >>> listed(["a", "b"]), listed([f"{at:02d}" for at in range(20)])[-22:]
    ("'a', 'b'", "10', '11' and 8 others")
    """
    more = f" and {len(names) - MOST_NAMED} others" if len(names) > MOST_NAMED else ""
    return ", ".join(map(repr, names[:MOST_NAMED])) + more
