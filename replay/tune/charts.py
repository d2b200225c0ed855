"""The tuner's two charts as SVG: what each candidate earns, and loss against tomorrow's width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.tune.result import Candidate, Tuning

WIDTH, ROW, LEFT, RIGHT = 720, 24, 240, 30
HEIGHT, TOP, BOTTOM = 340, 20, 40
BLUE, RED = "#2a6fb0", "#c0392b"
MARKS = {"epsilon_greedy": "#2a6fb0", "inverse_gap": "#c77b13", "softmax": "#3b8a4b"}
TICKS = 5


@dataclass(frozen=True, slots=True)
class Scale:
    """From a number between `low` and `high` to a place between `start` and `stop`."""

    low: float
    high: float
    start: float
    stop: float

    @classmethod
    def over(cls, values: Iterable[float], start: float, stop: float) -> Scale:
        """Hold all values, with a twentieth of room at each end."""
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        low, high = min(finite), max(finite)
        room = (high - low) / 20 or abs(high) / 20 or 1.0
        return cls(low - room, high + room, start, stop)

    def at(self, value: float) -> float:
        """Place of a value.

        Examples
        --------
        >>> Scale(0.0, 2.0, 100.0, 200.0).at(0.5)
        125.0
        """
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.stop - self.start), 1)

    def ticks(self) -> list[float]:
        """Round numbers inside."""
        raw = (self.high - self.low) / TICKS
        size = 10.0 ** math.floor(math.log10(raw))
        step = next(size * by for by in (1, 2, 5, 10) if size * by >= raw)
        first = math.ceil(self.low / step)
        return [round(k * step, 12) for k in range(first, math.floor(self.high / step) + 1)]


def earnings_chart(found: Tuning) -> str:
    """A line a candidate: its value, and the interval around it."""
    shown = [one for one in found.candidates if one.refused is None]
    ends = [end for one in shown for end in (one.earns.low, one.earns.high)]
    scale = Scale.over([*ends, found.today_earns.value], LEFT, WIDTH - RIGHT)
    bottom = TOP + ROW * len(shown)
    parts = _across(scale, bottom)
    today = scale.at(found.today_earns.value)
    parts.append(
        f'<line x1="{today}" x2="{today}" y1="{TOP - 8}" y2="{bottom}" stroke="currentColor"'
        ' stroke-dasharray="4 4"/>'
    )
    for at, one in enumerate(shown):
        y = TOP + ROW * at + ROW // 2
        color = RED if one is found.best else BLUE
        low, value, high = (
            scale.at(end) for end in (one.earns.low, one.earns.value, one.earns.high)
        )
        parts += [
            f'<text x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{escape(one.name)}</text>',
            f'<line x1="{low}" x2="{high}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="2"/>',
            f'<circle cx="{value}" cy="{y}" r="4" fill="{color}"/>',
        ]
    return _svg(parts, bottom + BOTTOM, "What each candidate earns")


def exploring_chart(found: Tuning) -> str:
    """A point a candidate: what it loses today, against how wide tomorrow's interval would be."""
    shown = [
        one for one in found.candidates if one.refused is None and math.isfinite(one.tomorrow_width)
    ]
    bottom = HEIGHT - BOTTOM
    across = Scale.over([one.tomorrow_width for one in shown], 70, WIDTH - 140)
    up = Scale.over([one.under_best.value for one in shown], bottom, TOP)
    parts = _across(across, bottom)
    for tick in up.ticks():
        y = up.at(tick)
        parts += [
            f'<line x1="70" x2="{WIDTH - 140}" y1="{y}" y2="{y}" stroke="#8884"/>',
            f'<text x="62" y="{y + 4}" text-anchor="end">{tick:g}</text>',
        ]
    for explorer in dict.fromkeys(one.settings.explorer for one in shown):
        parts += _curve([one for one in shown if one.settings.explorer == explorer], across, up)
    return _svg(parts, HEIGHT, "Loss today against the width of tomorrow's interval")


def _curve(members: Sequence[Candidate], across: Scale, up: Scale) -> list[str]:
    """One explorer's candidates, joined in the order of their widths."""
    ordered = sorted(members, key=lambda one: one.tomorrow_width)
    color = MARKS[ordered[0].settings.explorer]
    places = [(across.at(one.tomorrow_width), up.at(one.under_best.value)) for one in ordered]
    line = " ".join(f"{x},{y}" for x, y in places)
    parts = [f'<polyline points="{line}" fill="none" stroke="{color}" stroke-opacity=".5"/>']
    for one, (x, y) in zip(ordered, places, strict=True):
        said = f"<title>{escape(one.name)}</title>"
        parts += [
            f'<circle cx="{x}" cy="{y}" r="5" fill="{color}">{said}</circle>',
            f'<text x="{x + 8}" y="{y - 6}">{escape(_short(one))}</text>',
        ]
    return parts


def _short(one: Candidate) -> str:
    settings = one.settings
    return f"{settings.explorer} {settings.rate:g}" if settings.name == "value" else one.name


def _across(scale: Scale, bottom: float) -> list[str]:
    parts = []
    for tick in scale.ticks():
        x = scale.at(tick)
        parts += [
            f'<line x1="{x}" x2="{x}" y1="{TOP - 8}" y2="{bottom}" stroke="#8884"/>',
            f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{tick:g}</text>',
        ]
    return parts


def _svg(parts: Sequence[str], height: float, title: str) -> str:
    body = "\n".join(parts)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(title)}">\n'
        f"{body}\n</svg>"
    )
