"""Text on a screen as it is: names of people's own are no markup and no emoji codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def say(console: Console, text: str, style: str = "") -> None:
    """Print a line or more."""
    console.print(Text(text, style=style))


def add_row(table: Table, *cells: str, style: str = "") -> None:
    """Add a row."""
    table.add_row(*map(Text, cells), style=style)


def counted(number: int, what: str) -> str:
    """Say how many of something there are.

    Examples
    --------
    >>> counted(1, "task"), counted(2310, "task")
    ('1 task', '2,310 tasks')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
