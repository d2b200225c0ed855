"""Before and after, as a table: each figure in its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from replay.labeling_report.content.summary import usd_text
from replay.labeling_report.page.numbers import (
    change,
    count,
    decimals,
    later,
    points,
    shown,
    signed,
)
from replay.runtime.text import share, time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.labeling_report.figures.changes import Change

    Write = Callable[[float], str]

UNITS: dict[str, tuple[Write, Write]] = {
    "usd": (usd_text, change),
    "share": (share, points),
    "labels": (decimals, signed),
    "seconds": (time_of, later),
    "tasks": (count, lambda value: f"{value:+,.0f}"),
}
"""How a figure is written, and how a difference."""


class ChangeRow(NamedTuple):
    """A row of the table; `verdict` is a word for what the interval says, and its colour."""

    name: str
    before: Markup
    after: Markup
    difference: Markup
    verdict: str
    kind: str


def change_rows(changes: Sequence[Change]) -> list[ChangeRow]:
    """Write what changed, figure by figure."""
    return [_row(one) for one in changes]


def _row(one: Change) -> ChangeRow:
    plain, signed_one = UNITS[one.unit]
    difference = shown(one, "difference", signed_one)
    verdict, kind = "", ""
    if one.low is not None:
        ends = (shown(one, end, signed_one) for end in ("low", "high"))
        difference = Markup("{} ({} to {})").format(difference, *ends)
        verdict, kind = "may be chance", "soft"
    if one.better is not None:
        verdict, kind = ("better", "good") if one.better else ("worse", "broken")
    elif one.low is not None and (one.low > 0.0 or (one.high or 0.0) < 0.0):
        verdict, kind = "changed", "soft"
    before, after = shown(one, "before", plain), shown(one, "after", plain)
    return ChangeRow(one.name, before, after, difference, verdict, kind)
