"""Forest plot: an interval for every estimate, its value as a point, and a reference line."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from replay.report.figures.drawing import (
    axis,
    horizontal,
    label,
    picture,
    shape,
    vertical,
    write,
)
from replay.report.figures.scale import Scale, around
from replay.report.figures.svg import joined, tag
from replay.report.html.elements import Figure, PageTable, Swatch
from replay.report.wording.digits import number, with_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from replay.results.evaluation import Estimate

ROW, TOP, BOTTOM = 38, 22, 24
"""Heights in pixels: of a row, of what stands above the first, and of the axis."""

EDGE = 0.03
"""Room at both ends, as a share of what is drawn."""

DIAMOND = "M-7 0L0 -7L7 0L0 7z"
LEFT, RIGHT = "M-3 0L6 -6L6 6z", "M3 0L-6 -6L-6 6z"


class ForestRow(NamedTuple):
    """One row of the plot: its estimate, or the words that stand for it where there is none."""

    name: str
    estimate: Estimate | None
    words: str = ""
    kind: str = "plain"
    """`chosen` for the recommended one, `logged` for what was logged, else `plain`."""
    level: str = ""
    """At which level its interval holds, where the intervals of a plot differ in that."""


class ReferenceLine(NamedTuple):
    """The vertical line to compare with."""

    value: float
    words: str


def forest(
    title: str,
    lines: Sequence[ForestRow],
    rule: ReferenceLine | None,
    heads: tuple[str, str] = ("", "interval method"),
) -> Figure:
    """Draw the lines, one below the other.

    `heads` are the table's: of the names, and of the rule of the interval.
    """
    scale = _scale(lines, rule)
    bottom = TOP + ROW * len(lines)
    drawn = axis(scale, TOP, bottom)
    if rule is not None:
        x = scale.at(rule.value)
        drawn.append(vertical(x, TOP - 4, bottom, "rule"))
        anchor = "start" if x < 25 else "end" if x > 75 else "middle"
        drawn.append(write(x, TOP - 9, rule.words, "tick", anchor))
    for at, line in enumerate(lines):
        drawn.append(_drawn(line, scale, TOP + ROW * at))
    beyond = any(_beyond(line, scale) for line in lines)
    drawing = picture(title, _about(lines, rule), bottom + BOTTOM, drawn)
    return Figure(title, drawing, _table(lines, heads), _key(lines, beyond=beyond))


def _drawn(line: ForestRow, scale: Scale, top: float) -> Markup:
    estimate, kind = line.estimate, line.kind
    if estimate is None or estimate.value is None:
        return label(top + 15, line.name, line.words, "name")
    y = top + 26
    left, right = scale.at(estimate.low), scale.at(estimate.high)
    parts = [
        label(top + 15, line.name, with_interval(estimate), f"name {kind}"),
        horizontal(y, left, right, f"interval {kind}"),
    ]
    if estimate.low < scale.low:
        parts.append(shape(left, y, LEFT, f"point {kind}"))
    if estimate.high > scale.high:
        parts.append(shape(right, y, RIGHT, f"point {kind}"))
    if scale.low <= estimate.value <= scale.high:
        parts.append(_point(scale.at(estimate.value), y, kind))
    return joined(*parts)


def _point(x: float, y: float, kind: str) -> Markup:
    if kind == "chosen":
        return shape(x, y, DIAMOND, f"point {kind}")
    return tag("circle", cx=f"{x:.2f}%", cy=y, r=4.5, class_=f"point {kind}")


def _scale(lines: Sequence[ForestRow], rule: ReferenceLine | None) -> Scale:
    """Hold every value and most intervals; the far ends of the widest go beyond the drawing."""
    estimates = [line.estimate for line in lines if line.estimate is not None]
    given = [
        (estimate.value, estimate.low, estimate.high)
        for estimate in estimates
        if estimate.value is not None
    ]
    values = [value for value, _, _ in given]
    values += [] if rule is None else [rule.value]
    if not values:
        return around(0.0, 1.0)
    widths = [high - low for _, low, high in given if math.isfinite(high - low)]
    room = median(widths) if widths else 0.0
    least, most = min(values) - room, max(values) + room
    ends = [end for _, low, high in given for end in (low, high)]
    kept = [min(max(end, least), most) for end in ends]
    low, high = min([*values, *kept]), max([*values, *kept])
    edge = EDGE * (high - low)
    return around(low - edge, high + edge)


def _beyond(line: ForestRow, scale: Scale) -> bool:
    estimate = line.estimate
    return estimate is not None and (estimate.low < scale.low or estimate.high > scale.high)


def _about(lines: Sequence[ForestRow], rule: ReferenceLine | None) -> str:
    sentences = [
        f"{line.name}: {line.words if line.estimate is None else with_interval(line.estimate)}"
        for line in lines
    ]
    against = [] if rule is None else [f"The vertical line: {rule.words}"]
    return "A value with its interval for each. " + ". ".join([*sentences, *against]) + "."


def _table(lines: Sequence[ForestRow], heads: tuple[str, str]) -> PageTable:
    rows, levels = [], any(line.level for line in lines)
    for line in lines:
        estimate = line.estimate
        its_level = [line.level] if levels else []
        if estimate is None:
            rows.append([line.name, line.words, *its_level, "–", "–", "–"])
            continue
        how = f"{estimate.interval}{f', {estimate.setting}' if estimate.setting else ''}"
        values = [number(value) for value in (estimate.value, estimate.low, estimate.high)]
        rows.append([line.name, how, *its_level, *values])
    words = [*heads, *(["level"] if levels else [])]
    return PageTable([*words, "value", "low", "high"], rows, words=len(words))


def _key(lines: Sequence[ForestRow], *, beyond: bool) -> tuple[Swatch, ...]:
    kinds = {line.kind for line in lines}
    known = (("chosen", "recommended"), ("logged", "logged mean"))
    parts = [Swatch(kind, words) for kind, words in known if kind in kinds]
    if beyond:
        parts.append(Swatch("", "arrow: the interval extends beyond the chart"))
    return tuple(parts)
