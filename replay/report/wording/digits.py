"""Numbers rounded for reading: four significant digits, or as many as an interval allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from replay.checks.check_result import percent

if TYPE_CHECKING:
    from replay.results.evaluation import Estimate

MOST_DECIMALS = 12

WHOLE_FROM, WHOLE_BELOW = 999.95, 1e9
"""Numbers between are written whole; the first is what four digits round to 1,000."""


def number(value: float | None) -> str:
    """Write four significant digits; from 1,000 to 1e9 a whole number.

    Examples
    --------
    >>> number(0.0030086), number(12345.6), number(None), number(float("inf"))
    ('0.003009', '12,346', '–', '∞')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return f"{value:,.0f}" if WHOLE_FROM <= abs(value) < WHOLE_BELOW else f"{value:.4g}"


def rounded(value: float | None, low: float, high: float) -> tuple[str, str, str]:
    """Value and ends, rounded so that the way to the nearer end keeps two digits.

    Examples
    --------
    >>> rounded(0.002885, 0.001207, 0.006113)
    ('0.0029', '0.0012', '0.0061')
    >>> rounded(12345.6, 11000.0, 13000.0)
    ('12,350', '11,000', '13,000')
    >>> rounded(0.003376, 0.0006998, 0.01612)
    ('0.0034', '0.0007', '0.0161')
    >>> rounded(0.5, 0.25, float("inf"))
    ('0.5', '0.25', '∞')
    """
    width = high - low
    if value is None or not math.isfinite(width) or width <= 0:
        return number(value), number(low), number(high)
    near = min((abs(value - end) for end in (low, high) if end != value), default=width)
    decimals = 1 - math.floor(math.log10(near))
    if decimals > MOST_DECIMALS:
        return number(value), number(low), number(high)
    # Adding 0.0 turns -0.0 into 0.0.
    value, low, high = (round(end, decimals) + 0.0 for end in (value, low, high))
    places = max(decimals, 0)
    return f"{value:,.{places}f}", f"{low:,.{places}f}", f"{high:,.{places}f}"


def with_interval(estimate: Estimate) -> str:
    """Write a value with its interval.

    Examples
    --------
    >>> from replay.results.evaluation import Estimate
    >>> with_interval(Estimate("DR", 0.9016, 0.8828, 0.9176, 0.95, "Wilson"))
    '0.902 (0.883 to 0.918)'
    """
    value, low, high = rounded(estimate.value, estimate.low, estimate.high)
    return f"{value} ({low} to {high})"


def share(part: float, whole: float) -> str:
    """Write a share in percent, with two digits where it is small.

    Examples
    --------
    >>> share(31, 1000), share(2, 3), share(0, 0), share(1, 10_000)
    ('3.1 %', '67 %', '–', '0.01 %')
    """
    if not whole:
        return "–"
    return percent(part / whole)
