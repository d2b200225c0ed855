"""Text for terminals: in users' names, control characters and markup have no effect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table


CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""All but tabs and ends of lines, and halves of surrogate pairs, which can't be written."""


def printable(text: str) -> str:
    r"""Replace what would steer a terminal, or can't be written at all.

    Examples
    --------
    >>> printable("\x1b[31mred\ud800")
    '�[31mred�'
    """
    return CONTROLS.sub("\ufffd", text)


def say(console: Console, text: str, style: str = "") -> None:
    """Print a line or more."""
    console.print(Text(printable(text), style=style))


def add_row(table: Table, *cells: str, style: str = "") -> None:
    """Add a row."""
    table.add_row(*(Text(printable(cell)) for cell in cells), style=style)


def listed(names: Sequence[str]) -> str:
    """Join names with commas, and the last with `and`.

    Examples
    --------
    >>> listed(["uniform"]), listed(["uniform", "greedy", "always:a"])
    ('uniform', 'uniform, greedy and always:a')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def dollars(usd: float, digits: int = 2, plus: str = "") -> str:
    """Write dollars, their sign first; `plus` is the sign of an amount that isn't below 0.

    Examples
    --------
    >>> dollars(-0.02137, 4), dollars(5.7, plus="+"), dollars(1143.56)
    ('-$0.0214', '+$5.70', '$1,143.56')
    """
    return f"{'-' if usd < 0 else plus}${abs(usd):,.{digits}f}"


def share(value: float | None) -> str:
    """Write a share in per cent; a dash where it is unknown.

    Examples
    --------
    >>> share(0.1234), share(None)
    ('12.3 %', '–')
    """
    return "–" if value is None else f"{100 * value:.1f} %"


def time_of(seconds: float | None) -> str:
    """Write a time for people.

    Examples
    --------
    >>> time_of(42.0), time_of(600.0), time_of(7200.0), time_of(None)
    ('42 s', '10 min', '2.0 h', '–')
    """
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
