"""Charts of the report: bars, intervals and columns, each with its numbers in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from replay.report.figures.drawing import (
    bar,
    horizontal,
    label,
    percent,
    picture,
    shape,
    vertical,
    write,
)
from replay.report.figures.forest import DIAMOND
from replay.report.figures.scale import Scale, around
from replay.report.figures.svg import joined, tag
from replay.report.html.elements import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

    from replay.numerics.amount import Amount
    from replay.report.html.elements import PageTable, Swatch

    Write = Callable[[float], str]

ROW, TOP, BOTTOM, BAR = 40, 8, 24, 14
"""Heights in pixels: of a row, of what is above the first, of the axis, and of a bar."""
TALL = 150
"""Height of the columns in pixels."""
GAP = 0.18
"""Share of a column's width that is left free."""
MOST_ROWS = 15
"""Rows of a chart, beyond which nobody looks; `--json` has them all."""
MARGIN = 13.0
"""Percent of the width at the left of columns, for the numbers of their axis on a phone."""


class BarRow(NamedTuple):
    """A bar: its name, length, and the words at its right."""

    name: str
    value: float
    words: str
    kind: str = "first"


class IntervalRow(NamedTuple):
    """An interval with its value; `mark` is another value to compare with."""

    name: str
    amount: Amount | None
    words: str
    kind: str = "plain"
    mark: float | None = None


def bars(
    title: str, about: str, rows: Sequence[BarRow], numbers: PageTable, key: tuple[Swatch, ...] = ()
) -> Figure:
    """Draw horizontal bars from 0, one below the other."""
    most = max((row.value for row in rows), default=0.0) or 1.0
    drawn: list[Markup] = []
    for at, row in enumerate(rows):
        top = TOP + ROW * at
        end = 100.0 * max(row.value, 0.0) / most
        drawn.append(label(top + 13, row.name, row.words))
        drawn.append(bar(0.0, 100.0, top + 19, BAR, "track"))
        drawn.append(bar(0.0, end, top + 19, BAR, f"bar {row.kind}"))
    words = ". ".join(f"{row.name}: {row.words}" for row in rows)
    drawing = picture(title, f"{about}. {words}.", TOP + ROW * len(rows), drawn)
    return Figure(title, drawing, numbers, key)


def intervals(
    title: str,
    about: str,
    rows: Sequence[IntervalRow],
    numbers: PageTable,
    tick: Write,
    key: tuple[Swatch, ...] = (),
    within: tuple[float, float] | None = None,
) -> Figure:
    """Draw an interval for each row on a common scale, which stays `within` two values."""
    ends = [end for row in rows if row.amount for end in (row.amount.low, row.amount.high)]
    ends += [row.mark for row in rows if row.mark is not None]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    edge = 0.04 * (high - low)
    low, high = low - edge, high + edge
    if within is not None:
        low, high = max(low, within[0]), min(high, within[1])
    scale = around(low, high)
    bottom = TOP + ROW * len(rows)
    drawn = _axis(scale, TOP, bottom, tick)
    for at, row in enumerate(rows):
        drawn.append(_interval(row, scale, TOP + ROW * at))
    words = ". ".join(f"{row.name}: {row.words}" for row in rows)
    return Figure(title, picture(title, f"{about}. {words}.", bottom + BOTTOM, drawn), numbers, key)


class Column(NamedTuple):
    """A column: its name, height, colour, and the ends of its interval."""

    name: str
    value: float | None
    kind: str = "first"
    ends: tuple[float, float] | None = None


def columns(
    title: str,
    about: str,
    values: Sequence[Column],
    numbers: PageTable,
    tick: Write,
    key: tuple[Swatch, ...] = (),
) -> Figure:
    """Draw columns side by side, with the names of the first, the middle and the last."""
    tops = [max(one.value or 0.0, *(one.ends or (0.0,))) for one in values]
    most = max(tops, default=0.0) or 1.0
    scale = Scale(0.0, 1.08 * most, start=0.0, end=100.0)
    base = TOP + TALL
    drawn: list[Markup] = []
    for line in scale.ticks():
        y = base - TALL * scale.at(line) / 100.0
        drawn += [horizontal(y, 0, 100, "grid"), write(0, y - 4, tick(line), "tick")]
    width = (100.0 - MARGIN) / len(values)
    for at, one in enumerate(values):
        height = TALL * scale.at(one.value or 0.0) / 100.0
        left, right = (MARGIN + width * (at + gap) for gap in (GAP / 2, 1 - GAP / 2))
        drawn.append(bar(left, right, base - height, height, f"bar {one.kind}"))
        if one.ends is not None:
            low, high = (base - TALL * scale.at(end) / 100.0 for end in one.ends)
            drawn.append(vertical((left + right) / 2, high, low, "ends"))
    shown = dict.fromkeys((0, len(values) // 2, len(values) - 1))
    for at in shown if len(values) > 2 else (0,):
        anchor = "start" if at == 0 else "end" if at == len(values) - 1 else "middle"
        x = MARGIN + width * (at if at == 0 else at + 1 if anchor == "end" else at + 0.5)
        drawn.append(write(x, base + 17, values[at].name, "tick", anchor))
    return Figure(title, picture(title, about, base + BOTTOM, drawn), numbers, key)


def _interval(row: IntervalRow, scale: Scale, top: float) -> Markup:
    parts = [label(top + 13, row.name, row.words, f"name {row.kind}")]
    y = top + 26
    if row.amount is not None:
        left, right = scale.at(row.amount.low), scale.at(row.amount.high)
        parts.append(horizontal(y, left, right, f"interval {row.kind}"))
        parts.append(
            tag(
                "circle",
                cx=percent(scale.at(row.amount.value)),
                cy=y,
                r=5,
                class_=f"point {row.kind}",
            )
        )
    if row.mark is not None:
        parts.append(shape(scale.at(row.mark), y, DIAMOND, "point mark"))
    return joined(*parts)


def _axis(scale: Scale, top: float, bottom: float, tick: Write) -> list[Markup]:
    drawn = []
    for value in scale.ticks():
        x = scale.at(value)
        anchor = "start" if x < 6 else "end" if x > 94 else "middle"
        drawn.append(vertical(x, top, bottom, "grid"))
        drawn.append(write(x, bottom + 16, tick(value), "tick", anchor))
    return drawn
