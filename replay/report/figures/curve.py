"""Cumulative estimate over the log, with a band of two standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.figures.drawing import horizontal, picture, write
from replay.report.figures.scale import Scale, around
from replay.report.figures.svg import tag
from replay.report.html.elements import Figure, PageTable, Swatch
from replay.report.wording.digits import number, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.results.evaluation import Point

TALL, TOP = 220, 8
"""Height of the drawing in pixels, and of what stands above it."""

ERRORS = 2.0
"""Half the band's width in standard errors."""

DATE, MINUTE = len("2026-01-01"), len("2026-01-01 10:00")
"""Characters of a time that are shown: of one day its minutes."""

SETTLED_AFTER = 2
"""First points whose band may go beyond the drawing, for it is widest there."""


def curve_figure(curve: Sequence[Point], logged: float | None, unit: str) -> Figure:
    """Draw the curve against the number of rows so far, and the logged mean as a level."""
    across = Scale(0.0, float(curve[-1].rows), start=0.0, end=100.0)
    up = _heights(curve, logged)

    def y(value: float) -> float:
        return TALL * (1 - up.at(value) / 100)

    def path(ends: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{across.at(rows):.2f},{y(value):.2f}" for rows, value in ends)

    low = [(float(point.rows), point.value - ERRORS * point.error) for point in curve]
    high = [(float(point.rows), point.value + ERRORS * point.error) for point in curve]
    # Stretched to any width: across it is percent, down it is pixels.
    stretched = tag(
        "svg",
        tag("polygon", points=path([*high, *reversed(low)]), class_="band"),
        tag(
            "polyline",
            points=path([(float(point.rows), point.value) for point in curve]),
            class_="curve",
            vector_effect="non-scaling-stroke",
        ),
        viewBox=f"0 0 100 {TALL}",
        preserveAspectRatio="none",
        y=TOP,
        width="100%",
        height=TALL,
    )
    drawn = [horizontal(TOP + y(tick), 0, 100, "grid") for tick in up.ticks()]
    drawn.append(stretched)
    if logged is not None:
        drawn.append(horizontal(TOP + y(logged), 0, 100, "rule"))
    drawn += [write(0, TOP + y(tick) - 3, number(tick), "tick") for tick in up.ticks()]
    drawn.append(write(0, TOP + TALL + 17, f"first {unit}s", "tick"))
    drawn.append(write(100, TOP + TALL + 17, f"all {curve[-1].rows:,} {unit}s", "tick", "end"))
    times = _times(curve)
    drawn += [
        write(across.at(rows), TOP + TALL + 33, words, "tick", anchor)
        for rows, words, anchor in times
    ]
    about = (
        f"From the first {curve[0].rows:,} {unit}s the estimate is {number(curve[0].value)}, from"
        f" all {curve[-1].rows:,} it is {number(curve[-1].value)}."
    )
    heads = [f"{unit}s so far", "estimate", "standard error"]
    rows = [[f"{point.rows:,}", number(point.value), number(point.error)] for point in curve]
    if times:
        about = f"{about} The last {unit} is from {_written(curve[-1].time)}."
        heads.append("until")
        rows = [[*row, _written(point.time)] for row, point in zip(rows, curve, strict=True)]
    key = [Swatch("first", f"the estimate ± {ERRORS:g} standard errors")]
    if logged is not None:
        key.append(Swatch("level", "logged mean"))
    title = said(curve, unit)
    drawing = picture(title, about, TOP + TALL + (40 if times else 24), drawn)
    return Figure(title, drawing, PageTable(heads, rows, words=0), tuple(key))


def said(curve: Sequence[Point], unit: str = "row") -> str:
    """Say what is drawn, and how far the cumulative estimate moved over the log's second half.

    Cumulative means share most of their rows, so a level curve is no proof of anything.

    Examples
    --------
    >>> from replay.results.evaluation import Point
    >>> said([Point(50, 0.5, 0.1), Point(99, 0.5, 0.07)])
    'Estimate by number of rows (cumulative)'
    """
    values = [point.value for point in curve if point.rows >= curve[-1].rows / 2]
    _, low, high = rounded(values[-1], min(values), max(values))
    title = f"Estimate by number of {unit}s (cumulative)"
    if min(values) == max(values):
        return title
    return f"{title}; from half of the {unit}s on it ranged from {low} to {high}"


def _times(curve: Sequence[Point]) -> list[tuple[float, str, str]]:
    """Until when the first, the middle and the last point go: rows, words and where they begin."""
    if any(point.time is None for point in curve):
        return []
    first, last = _written(curve[0].time), _written(curve[-1].time)
    most = DATE if first[:DATE] != last[:DATE] else MINUTE
    shown = ((curve[0], "start"), (curve[len(curve) // 2], "middle"), (curve[-1], "end"))
    return [(float(point.rows), _written(point.time)[:most], anchor) for point, anchor in shown]


def _written(time: float | str | None) -> str:
    return time.replace("T", " ") if isinstance(time, str) else f"{time or 0.0:.10g}"


def _heights(curve: Sequence[Point], logged: float | None) -> Scale:
    sure = curve[SETTLED_AFTER:] or curve
    ends = [point.value + way * ERRORS * point.error for point in sure for way in (-1, 1)]
    ends += [point.value for point in curve]
    ends += [] if logged is None else [logged]
    plain = around(min(ends), max(ends))
    return Scale(plain.low, plain.high, start=4.0, end=96.0)
