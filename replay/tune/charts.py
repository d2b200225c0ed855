"""The tuner's two figures: reward by candidate, and shortfall against interval width."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.report.figures.drawing import axis, horizontal, picture, shape, write
from replay.report.figures.forest import DIAMOND, ForestRow, ReferenceLine, forest
from replay.report.figures.scale import Scale, around
from replay.report.figures.svg import tag
from replay.report.html.elements import Figure, PageTable
from replay.report.wording.digits import number
from replay.results.evaluation import Estimate
from replay.tune.report import as_exact_as_its_interval, is_undecided, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from markupsafe import Markup

    from replay.tune.result import Candidate, Tuning

TALL, TOP, BOTTOM = 280, 16, 24
"""Heights in pixels: of the drawing, of what stands above it, and of the axis."""


def earnings_chart(tuning: Tuning) -> Figure:
    """Draw what each candidate earns, and today's policy to compare with."""
    lines = []
    for candidate in tuning.candidates:
        kind = "chosen" if candidate is tuning.best else "plain"
        earns = None
        if candidate.refused is None:
            value, low, high = candidate.earns.value, candidate.earns.low, candidate.earns.high
            earns = Estimate(candidate.name, value, low, high, tuning.level, tuning.words)
        lines.append(ForestRow(candidate.name, earns, "cannot answer", kind))
    today = tuning.today_earns.value
    rule = ReferenceLine(today, f"today, {tuning.today}: {number(today)}")
    title = (
        "No candidate is shown to be best"
        if is_undecided(tuning)
        else f"{tuning.best.name} has the highest estimate"
    )
    return forest(title, lines, rule, ("candidate", "interval method"))


def exploring_chart(tuning: Tuning) -> Figure:
    """Draw a point for each candidate: its shortfall against the width of an interval."""
    shown = [
        candidate
        for candidate in tuning.candidates
        if candidate.refused is None and math.isfinite(candidate.tomorrow_width)
    ]
    across = _roomy([candidate.tomorrow_width for candidate in shown], 6.0, 84.0)
    up = _roomy([candidate.under_best.value for candidate in shown], 4.0, 96.0)

    def y(value: float) -> float:
        return TOP + TALL * (1 - up.at(value) / 100)

    drawn = axis(across, TOP, TOP + TALL)
    for tick in up.ticks():
        drawn += [horizontal(y(tick), 0, 100, "grid"), write(0, y(tick) - 3, number(tick), "tick")]
    for explorer in dict.fromkeys(candidate.settings.explorer for candidate in shown):
        members = [candidate for candidate in shown if candidate.settings.explorer == explorer]
        places = [
            (across.at(candidate.tomorrow_width), y(candidate.under_best.value))
            for candidate in members
        ]
        drawn.append(_joined(sorted(places)))
        for candidate, (x, height) in zip(members, places, strict=True):
            drawn += _point(candidate, x, height, chosen=candidate is tuning.best)
    drawn.append(write(100, TOP + TALL - 6, "interval width", "tick", "end"))
    drawn.append(write(0, TOP - 5, "less than the best candidate", "tick"))
    rows = [
        [
            candidate.name,
            width(candidate.tomorrow_width),
            as_exact_as_its_interval(candidate.under_best),
        ]
        for candidate in shown
    ]
    title = "Shortfall from the best candidate against the width of an interval from the next log"
    about = "A point for each candidate: interval width across, shortfall upwards."
    numbers = PageTable(["candidate", "interval width", "less than the best candidate"], rows)
    return Figure(title, picture(title, about, TOP + TALL + BOTTOM, drawn), numbers)


def _joined(places: Sequence[tuple[float, float]]) -> Markup:
    """Join one explorer's points; stretched to any width, across it is percent."""
    line = tag(
        "polyline",
        points=" ".join(f"{x:.2f},{y:.2f}" for x, y in places),
        class_="curve",
        vector_effect="non-scaling-stroke",
    )
    height = TOP + TALL
    return tag(
        "svg",
        line,
        viewBox=f"0 0 100 {height}",
        preserveAspectRatio="none",
        width="100%",
        height=height,
    )


def _point(candidate: Candidate, x: float, y: float, *, chosen: bool) -> list[Markup]:
    settings = candidate.settings
    name = f"{settings.explorer} {settings.rate:g}" if settings.name == "value" else candidate.name
    drawn = (
        shape(x, y, DIAMOND, "point chosen")
        if chosen
        else tag("circle", cx=f"{x:.2f}%", cy=y, r=4.5, class_="point")
    )
    kind = "name chosen" if chosen else "name"
    beside = (
        write(x - 1.2, y - 7, name, kind, "end") if x > 60 else write(x + 1.2, y - 7, name, kind)
    )
    return [drawn, beside]


def _roomy(values: Iterable[float], start: float, end: float) -> Scale:
    """Hold all values between two percents of the drawing."""
    numbers = list(values) or [0.0]
    plain = around(min(numbers), max(numbers))
    return Scale(plain.low, plain.high, start=start, end=end)
