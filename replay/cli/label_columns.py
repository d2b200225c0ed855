"""Options that say which columns of a label table are which, for all commands that read one."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


ROLES = ("task", "labeler", "label", "pool", "at")


def of_table(pool: str, at: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the options of columns; `pool` and `at` say what happens without these.

    It gets the columns that are named as `given`, by role, beside `truth` and `as_written`.
    """
    options = (
        click.option("--task", help="Column of tasks."),
        click.option("--labeler", help="Column of labelers."),
        click.option(
            "--label", help="Column of labels; several, where each labeler has one: ann,bob"
        ),
        click.option("--pool", help=f"Column of pools.  [{pool}]"),
        click.option("--at", help=f"Timestamp column.  [{at}]"),
        click.option(
            "--truth",
            metavar="COLUMN|FILE",
            help="Column of true answers, or a second file with them.  [a column called gold,"
            " truth, ...]",
        ),
        click.option(
            "--as-written",
            is_flag=True,
            help="Labels and labelers that differ only in letter case or spaces are different"
            " ones.",
        ),
    )

    def with_options(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(**others: Any) -> Any:
            return command(given={role: others.pop(role) for role in ROLES}, **others)

        for option in reversed(options):
            called = option(called)
        return called

    return with_options
