"""Parts of figures in SVG: across in percent, down in pixels, so that they fit any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.report.figures.svg import joined, tag

if TYPE_CHECKING:
    from markupsafe import Markup

    from replay.report.figures.scale import Scale

WIDE, NARROW = 58, 20
"""Characters of a name beside its numbers: on a screen, and on a phone."""


def picture(title: str, about: str, height: float, drawn: list[Markup]) -> Markup:
    """Draw as wide as the page; `about` describes the drawing to people who can't see it."""
    return tag(
        "svg",
        tag("title", title),
        tag("desc", about),
        *drawn,
        role="img",
        width="100%",
        height=height,
    )


def percent(value: float) -> str:
    """Write a coordinate or a width across."""
    return f"{value:.2f}%"


def write(
    x: float, y: float, words: str, kind: str, anchor: str = "start", only: str = ""
) -> Markup:
    """Write text, its foot at `y`; `only` is `wide` or `narrow` where one kind of screen has it."""
    return tag(
        "text", words, x=percent(x), y=y, text_anchor=anchor, class_=f"{kind} {only}".strip()
    )


def label(y: float, name: str, numbers: str, kind: str = "name") -> Markup:
    """Write a row's name on the left and its numbers on the right."""
    right = write(100, y, numbers, "value", "end")
    if len(name) <= NARROW:
        return joined(write(0, y, name, kind), right)
    return joined(
        write(0, y, shortened(name, WIDE), kind, only="wide"),
        write(0, y, shortened(name, NARROW), kind, only="narrow"),
        right,
    )


def shortened(text: str, most: int) -> str:
    """Leave out the middle of a long text, for names often differ at their ends only.

    Examples
    --------
    >>> shortened("a-very-long-name-of-a-pool", 13)
    'a-very…a-pool'
    """
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[: most - 1 - half]}…{text[-half:]}"


def vertical(x: float, top: float, bottom: float, kind: str) -> Markup:
    """Draw a line from top to bottom."""
    return tag("line", x1=percent(x), x2=percent(x), y1=top, y2=bottom, class_=kind)


def horizontal(y: float, left: float, right: float, kind: str) -> Markup:
    """Draw a line from left to right."""
    return tag("line", x1=percent(left), x2=percent(right), y1=y, y2=y, class_=kind)


def bar(left: float, right: float, top: float, height: float, kind: str) -> Markup:
    """Draw a rectangle."""
    return tag(
        "rect",
        x=percent(left),
        width=percent(max(right - left, 0.0)),
        y=top,
        height=height,
        class_=kind,
    )


def shape(x: float, y: float, path: str, kind: str) -> Markup:
    """Draw a small shape whose path, in pixels, starts from a place across."""
    return tag("svg", tag("path", d=path, class_=kind), x=percent(x), y=y, overflow="visible")


def axis(scale: Scale, top: float, bottom: float) -> list[Markup]:
    """Draw a pale line at every tick, with its number below."""
    drawn = []
    for tick in scale.ticks():
        x = scale.at(tick)
        anchor = "start" if x < 6 else "end" if x > 94 else "middle"
        drawn.append(vertical(x, top, bottom, "grid"))
        drawn.append(write(x, bottom + 16, tick_text(tick), "tick", anchor))
    return drawn


def tick_text(tick: float) -> str:
    """Write a tick's number.

    Examples
    --------
    >>> tick_text(0.002), tick_text(20000.0), tick_text(1e9)
    ('0.002', '20,000', '1e+09')
    """
    size = abs(tick)
    return f"{tick:,.0f}" if 1000 <= size < 1e7 else f"{tick:.6g}"
