"""What every verb that reads a table of decisions is told about it: the log and its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

OPTIONS = (
    click.argument("log", nargs=-1),
    click.option("--sql", metavar="QUERY", help="Instead of LOG, a SELECT over files (DuckDB)."),
    click.option("--action", metavar="COLUMN", help="The action taken.  [guessed by its name]"),
    click.option(
        "--reward",
        metavar="COLUMN|SUM",
        help="The reward, or a sum of columns with weights.  [guessed]",
    ),
    click.option(
        "--propensity", metavar="COLUMN", help="Logged chance of the action taken.  [guessed]"
    ),
    click.option(
        "--logged",
        metavar="COLUMN|columns:PREFIX",
        help="Logged chances of all actions: maps, or lists as --actions has them; or a column"
        " each.",
    ),
    click.option("--actions", metavar="COLUMN", help="Lists of the actions to choose from.  [all]"),
    click.option("--context", default="", help="Columns of the context, separated by commas."),
    click.option(
        "--cluster",
        metavar="COLUMN",
        help="Rows with the same value may be correlated.  [columns that look like ids are"
        " checked; none: rows are independent]",
    ),
)


def log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the log and the options that name its columns."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def source_of(log: Sequence[str]) -> str | list[str] | None:
    """Return the log as `replay.evaluate` takes it: one, several or none.

    Examples
    --------
    >>> source_of(["a.csv"]), source_of(["a.csv", "b.csv"]), source_of([])
    ('a.csv', ['a.csv', 'b.csv'], None)
    """
    return log[0] if len(log) == 1 else list(log) or None


def names(text: str) -> list[str]:
    """Split names that commas separate.

    Examples
    --------
    >>> names("country, device,")
    ['country', 'device']
    """
    return [name.strip() for name in text.split(",") if name.strip()]
