"""Histogram of importance weights: share of the rows and share of the total weight."""

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
    rows = sum(bin_.rows for bin_ in bars)
    zeros = [bin_ for bin_ in bars if bin_.high <= TINY]
    others = [bin_ for bin_ in bars if bin_.high > TINY]
    start = 10.0 if zeros else 2.0
    scale = _scale(others, start)
    tallest = max(max(bin_.rows / rows, bin_.share) for bin_ in bars)
    middle = TALL + 18
    bottom = middle + TALL
    drawn = axis(scale, 18, bottom) if others else []
    if zeros:
        drawn.append(write(4, bottom + 16, "0", "tick", "middle"))
    places = [(bin_, 2.0, 6.0) for bin_ in zeros]
    places += [(bin_, scale.at(bin_.low), scale.at(bin_.high)) for bin_ in others]
    for bin_, left, right in places:
        up, down = (TALL * part / tallest for part in (bin_.rows / rows, bin_.share))
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
    rows = sum(bin_.rows for bin_ in weights)
    left, used = 0.5, 0.0
    for bin_ in sorted(weights, key=lambda bin_: bin_.low, reverse=True):
        if bin_.share >= left:
            used += bin_.rows * (left / bin_.share)
            break
        left, used = left - bin_.share, used + bin_.rows
    if used >= 0.45 * rows:
        return f"The weight is spread evenly: half of it is on {share(used, rows)} of the {unit}s"
    return f"Half of the total weight is on {share(used, rows)} of the {unit}s"


def coarse(weights: Sequence[Weights]) -> list[Weights]:
    """Put bars together, by powers of two, where they are more than can be seen."""
    some = sorted((bin_ for bin_ in weights if bin_.rows), key=lambda bin_: bin_.low)
    if len(some) <= MOST_BARS:
        return some
    return list(_doublings(some))


def _doublings(weights: Sequence[Weights]) -> Iterator[Weights]:
    held: Weights | None = None
    for bin_ in weights:
        if held is not None and _doubling(held) == _doubling(bin_):
            held = Weights(held.low, bin_.high, held.rows + bin_.rows, held.share + bin_.share)
            continue
        if held is not None:
            yield held
        held = bin_
    if held is not None:
        yield held


def _doubling(bin_: Weights) -> int | None:
    return math.floor(math.log2(bin_.low) + 1e-9) if bin_.low > 0 else None


def _scale(bars: Sequence[Weights], start: float) -> Scale:
    if not bars:
        return Scale(0.1, 10.0, logarithmic=True, start=start)
    # A bar from 0 begins at half its end, one without an end goes on to twice its beginning.
    low = min(bin_.low or bin_.high / 2 for bin_ in bars)
    high = max(bin_.high if math.isfinite(bin_.high) else 2 * bin_.low for bin_ in bars)
    return Scale(low, high, logarithmic=True, start=start)


def _table(weights: Sequence[Weights], unit: str) -> PageTable:
    rows = [
        [number(bin_.low), number(bin_.high), f"{bin_.rows:,}", share(bin_.share, 1)]
        for bin_ in weights
        if bin_.rows
    ]
    return PageTable(
        ["weight from", "weight to", f"{unit}s", "share of the total weight"], rows, words=0
    )
