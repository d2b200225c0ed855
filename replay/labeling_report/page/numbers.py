"""Numbers of the report as HTML: each knows the figure that it shows.

A number is written as `<data value="0.0712" data-name="usd_per_task.value">$0.071</data>`: what
people read, and the figure itself under the name that it has in `--json`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from markupsafe import Markup

from bandit.counted import counted
from replay.labeling_report.content.summary import usd_text
from replay.runtime.text import time_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import msgspec

Write: TypeAlias = "Callable[[float], str]"

UNKNOWN = Markup("–")


def shown(figures: msgspec.Struct, name: str, write: Write) -> Markup:
    """Write a figure; parts of an amount are named as in `accuracy.low`.

    Examples
    --------
    >>> from replay.labeling_report.figures.exploration import Exploration
    >>> from replay.numerics.amount import Amount
    >>> of = Exploration(
    ...     decisions=1200,
    ...     explored=3,
    ...     explored_share=0.0025,
    ...     label_usd=0.3,
    ...     forgone_usd_per_task=Amount(0.01, 0.0, 0.02),
    ...     share_of_cost=0.1,
    ... )
    >>> print(shown(of, "decisions", count), shown(of, "forgone_usd_per_task.value", usd_text))
    <data value="1200" data-name="decisions">1,200</data> <data value="0.01" data-name="forgone_usd_per_task.value">$0.010</data>
    """  # noqa: E501 - the output is one line
    value = figure(figures, name)
    if value is None:
        return UNKNOWN
    return Markup('<data value="{}" data-name="{}">{}</data>').format(
        repr(value), name, write(value)
    )


def figure(figures: msgspec.Struct, name: str) -> float | None:
    """Look a figure up by its name; `None` where it, or what it is part of, is unknown."""
    found: Any = figures
    for part in name.split("."):
        found = None if found is None else getattr(found, part)
    number: float | None = found
    return number


def with_interval(figures: msgspec.Struct, name: str, write: Write) -> Markup:
    """Write an amount with its interval."""
    if figure(figures, name) is None:
        return UNKNOWN
    return Markup("{} ({} to {})").format(
        *(shown(figures, f"{name}.{part}", write) for part in ("value", "low", "high"))
    )


def interval_cells(figures: msgspec.Struct, name: str, write: Write) -> tuple[Markup, ...]:
    """Write value, low and high of an amount for three columns of a table."""
    return tuple(shown(figures, f"{name}.{part}", write) for part in ("value", "low", "high"))


def count(value: float) -> str:
    """Write a count."""
    return f"{value:,.0f}"


def whole_share(value: float) -> str:
    """Write a round share, of an axis or as an end of a range.

    Examples
    --------
    >>> whole_share(0.95), whole_share(0.025)
    ('95 %', '2.5 %')
    """
    return f"{100 * value:.6g} %"


def delay(value: float) -> str:
    """Write a time until an answer.

    Examples
    --------
    >>> delay(0.2), delay(600.0)
    ('at once', '10 min')
    """
    return "at once" if value < 1.0 else time_of(value)


def days(value: float) -> str:
    """Write a length of time that is in days.

    Examples
    --------
    >>> days(12.3), days(0.5), days(1.0 / 24.0)
    ('12 days', '12 hours', '1 hour')
    """
    return counted(round(value), "day") if value >= 3 else counted(round(24 * value), "hour")


def decimals(value: float) -> str:
    """Write a number with two decimals."""
    return f"{value:,.2f}"


def points(value: float) -> str:
    """Write a difference of shares, in points.

    Examples
    --------
    >>> points(-0.0123)
    '-1.2 points'
    """
    return f"{100 * value + 0.0:+.1f} points"


def change(value: float) -> str:
    """Write a difference in dollars with its sign.

    Examples
    --------
    >>> change(0.0123), change(-2.0)
    ('+$0.012', '-$2.00')
    """
    text = usd_text(value)
    return text if text.startswith("-") else f"+{text}"


def signed(value: float) -> str:
    """Write a difference with its sign."""
    return f"{value:+,.2f}"


def later(value: float) -> str:
    """Write a difference of times with its sign."""
    return f"{'-' if value < 0 else '+'}{time_of(abs(value))}"
