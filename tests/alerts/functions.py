"""The functions and operators of PromQL that our alerts use."""

from __future__ import annotations

import math
import operator
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Labels = frozenset[tuple[str, str]]
    Vector = Mapping[Labels, float]
    Value = float | Vector
    Points = Sequence[tuple[float, float]]

EXTRAPOLATED = 1.1
"""A gap at the edge of a range that is larger than so many usual ones is a series' beginning."""

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
SETS: dict[str, Callable[[Vector, Vector], Vector]] = {
    "and": lambda left, right: {labels: left[labels] for labels in left if labels in right},
    "unless": lambda left, right: {labels: left[labels] for labels in left if labels not in right},
    "or": lambda left, right: {**right, **left},
}
AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "max": max,
    "min": min,
    "count": len,
    "avg": lambda values: math.fsum(values) / len(values),
}


def apply(op: str, left: Value, right: Value) -> Value:
    """Compare, or calculate; a comparison keeps what holds, with its value."""
    if isinstance(left, float) and isinstance(right, float):
        return ARITHMETIC[op](left, right)
    if isinstance(left, float):
        raise TypeError("write the vector first")
    others = dict.fromkeys(left, right) if isinstance(right, float) else right
    pairs = {labels: (value, others[labels]) for labels, value in left.items() if labels in others}
    if op in COMPARE:
        return {labels: pair[0] for labels, pair in pairs.items() if COMPARE[op](*pair)}
    return {labels: ARITHMETIC[op](*pair) for labels, pair in pairs.items()}


def absent(vector: Vector) -> Vector:
    """One value if there is none."""
    return {} if vector else {frozenset(): 1.0}


def increase(points: Points, start: float, end: float) -> float | None:
    """Return what a counter has grown by in a range, as Prometheus extrapolates it."""
    if len(points) < 2:
        return None
    values = [value for _, value in points]
    grown = values[-1] - values[0]
    grown += sum(a for a, b in pairwise(values) if b < a)
    sampled_s = points[-1][0] - points[0][0]
    usual_s = sampled_s / (len(points) - 1)
    before_s, after_s = points[0][0] - start, end - points[-1][0]
    before_s = before_s if before_s < usual_s * EXTRAPOLATED else usual_s / 2
    after_s = after_s if after_s < usual_s * EXTRAPOLATED else usual_s / 2
    if grown > 0 and values[0] >= 0:
        before_s = min(before_s, sampled_s * values[0] / grown)  # to where it was 0
    return grown * (sampled_s + before_s + after_s) / sampled_s


def rate(points: Points, start: float, end: float) -> float | None:
    """Return that a second."""
    grown = increase(points, start, end)
    return None if grown is None else grown / (end - start)


def deriv(points: Points, _start: float, _end: float) -> float | None:
    """Return the slope of a gauge a second, by least squares."""
    if len(points) < 2:
        return None
    at = [time for time, _ in points]
    mean_at = math.fsum(at) / len(at)
    mean = math.fsum(value for _, value in points) / len(points)
    above = math.fsum((time - mean_at) * (value - mean) for time, value in points)
    return above / math.fsum((time - mean_at) ** 2 for time in at)


OF_RANGE: dict[str, Callable[[Points, float, float], float | None]] = {
    "increase": increase,
    "rate": rate,
    "deriv": deriv,
    "max_over_time": lambda points, _start, _end: max(value for _, value in points),
    "min_over_time": lambda points, _start, _end: min(value for _, value in points),
}


def quantile(share: float, buckets: Vector) -> Vector:
    """Return a quantile of each histogram, linear within a bucket."""
    histograms: dict[Labels, list[tuple[float, float]]] = {}
    for labels, count in buckets.items():
        key = frozenset(label for label in labels if label[0] != "le")
        histograms.setdefault(key, []).append((float(dict(labels)["le"]), count))
    return {
        labels: _quantile(share, sorted(bounds))
        for labels, bounds in histograms.items()
        if max(count for _, count in bounds) > 0
    }


def _quantile(share: float, bounds: Sequence[tuple[float, float]]) -> float:
    wanted = share * bounds[-1][1]
    below, counted = 0.0, 0.0
    for bound, count in bounds:
        if count >= wanted:
            if math.isinf(bound):
                return below
            return below + (bound - below) * (wanted - counted) / (count - counted)
        below, counted = bound, count
    return below
