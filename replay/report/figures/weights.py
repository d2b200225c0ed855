"""The weights' histogram: how many rows have which weight, and how much of all weight they hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.report.figures.drawing import axis, bar, horizontal, picture, vertical, write
from replay.report.figures.scale import Scale
from replay.report.html.elements import Figure, PageTable, Swatch
from replay.report.wording.digits import number, share
from replay.results.evaluation import Weights

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TALL = 92
"""Height in pixels of the largest bar, up and down."""

MOST_BARS = 30
TINY = 1e-6
"""Weights that are all below are drawn as zeros."""


def weight_figure(weights: Sequence[Weights], unit: str) -> Figure:
    """Draw the histogram: rows upwards, weight downwards, weights on a logarithmic scale."""
    bars = coarse(weights)
    rows = sum(one.rows for one in bars)
    zeros = [one for one in bars if one.high <= TINY]
    others = [one for one in bars if one.high > TINY]
    start = 10.0 if zeros else 2.0
    scale = _scale(others, start)
    tallest = max(max(one.rows / rows, one.share) for one in bars)
    middle = TALL + 18
    bottom = middle + TALL
    drawn = axis(scale, 18, bottom) if others else []
    if zeros:
        drawn.append(write(4, bottom + 16, "0", "tick", "middle"))
    places = [(one, 2.0, 6.0) for one in zeros]
    places += [(one, scale.at(one.low), scale.at(one.high)) for one in others]
    for one, left, right in places:
        up, down = (TALL * part / tallest for part in (one.rows / rows, one.share))
        drawn.append(bar(left, right, middle - up, up, "bar first"))
        drawn.append(bar(left, right, middle, down, "bar second"))
    drawn.append(horizontal(middle, 0, 100, "base"))
    if others and scale.low <= 1 <= scale.high:
        drawn.append(vertical(scale.at(1.0), 18, bottom, "rule"))
    drawn.append(write(100, 11, f"importance weight of a {unit}, log scale", "tick", "end"))
    about = (
        f"Weights from {number(bars[0].low)} to {number(bars[-1].high)}. Up: the share of the"
        f" {unit}s with such a weight. Down: their share of the total weight. The dashed line is 1."
    )
    key = (
        Swatch("first", f"up: share of the {unit}s"),
        Swatch("second", "down: share of the total weight"),
        Swatch("", f"the highest bar: {share(tallest, 1)}"),
    )
    title = said(weights, unit)
    return Figure(title, picture(title, about, bottom + 24, drawn), _table(weights, unit), key)


def said(weights: Sequence[Weights], unit: str = "row") -> str:
    """Say on how many rows half of all weight is.

    Examples
    --------
    >>> said([Weights(0.0, 1.0, 90, 0.2), Weights(4.0, 8.0, 10, 0.8)])
    'Half of the total weight is on 6.2 % of the rows'
    """
    rows = sum(one.rows for one in weights)
    left, used = 0.5, 0.0
    for one in sorted(weights, key=lambda one: one.low, reverse=True):
        if one.share >= left:
            used += one.rows * (left / one.share)
            break
        left, used = left - one.share, used + one.rows
    if used >= 0.45 * rows:
        return f"The weight is spread evenly: half of it is on {share(used, rows)} of the {unit}s"
    return f"Half of the total weight is on {share(used, rows)} of the {unit}s"


def coarse(weights: Sequence[Weights]) -> list[Weights]:
    """Put bars together, by powers of two, where they are more than can be seen."""
    some = sorted((one for one in weights if one.rows), key=lambda one: one.low)
    if len(some) <= MOST_BARS:
        return some
    return list(_doublings(some))


def _doublings(weights: Sequence[Weights]) -> Iterator[Weights]:
    held: Weights | None = None
    for one in weights:
        if held is not None and _doubling(held) == _doubling(one):
            held = Weights(held.low, one.high, held.rows + one.rows, held.share + one.share)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def _doubling(one: Weights) -> int | None:
    return math.floor(math.log2(one.low) + 1e-9) if one.low > 0 else None


def _scale(bars: Sequence[Weights], start: float) -> Scale:
    if not bars:
        return Scale(0.1, 10.0, logarithmic=True, start=start)
    # A bar from 0 begins at half its end, one without an end goes on to twice its beginning.
    low = min(one.low or one.high / 2 for one in bars)
    high = max(one.high if math.isfinite(one.high) else 2 * one.low for one in bars)
    return Scale(low, high, logarithmic=True, start=start)


def _table(weights: Sequence[Weights], unit: str) -> PageTable:
    rows = [
        [number(one.low), number(one.high), f"{one.rows:,}", share(one.share, 1)]
        for one in weights
        if one.rows
    ]
    return PageTable(
        ["weight from", "weight to", f"{unit}s", "share of the total weight"], rows, words=0
    )
