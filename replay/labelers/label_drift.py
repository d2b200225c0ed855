"""Drift of labelers: accuracy in the later half of the labels less that in the earlier.

Posteriors become surer while an engine learns, and their mean with them. So here a label is judged
by the chances q of the task's C classes without it, and by how sure those are. Who is right with
probability a, and else gives each other class alike, agrees with q on average in

    a S + (1 - a) b,    S = sum of q(c)^2,    b = (1 - S) / (C - 1),

which gives a as a ratio of sums over labels, of q(answer) - b to S - b. Tasks are closed because
their labels agree, which makes it too low as an accuracy, in both halves. Variances by the delta
method (Cochran 1977, Sampling Techniques, section 6.4), the spread taken from both halves together:
that of ten labels alone is too small where all of them agree.
"""

from __future__ import annotations

from math import fsum
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

LEVEL = 0.95
NORMAL = NormalDist()
FEWEST = 10
"""Labels in each half, without which no drift is shown."""


class Drift(NamedTuple):
    """A drift and its standard error."""

    value: float
    standard_error: float

    def amount(self) -> Amount:
        """Return it with its 95 % interval; both are differences of shares, so within [-1, 1]."""
        reach = NORMAL.inv_cdf(0.5 + LEVEL / 2.0) * self.standard_error
        ends = (self.value, self.value - reach, self.value + reach)
        return Amount(*(min(max(end, -1.0), 1.0) for end in ends))

    def p_value(self) -> float:
        """Return the chance of so much drift, either way, of a labeler who doesn't drift."""
        return 2.0 * NORMAL.cdf(-abs(self.value) / self.standard_error)


def drift(labels: Sequence[JudgedLabel]) -> Drift | None:
    """Return the drift of labels; `None` where there are few of them, or all agree alike."""
    compared = [label for label in labels if label.chances is not None]
    compared.sort(key=lambda label: (label.at, label.task))
    half = len(compared) // 2
    if half < FEWEST:
        return None
    parts = [_part(label) for label in compared]
    halves = (parts[:half], parts[half:])
    below = [fsum(size for _, size in part) for part in halves]
    if min(below) <= 0.0:
        return None
    first, later = (
        fsum(above for above, _ in part) / total for part, total in zip(halves, below, strict=True)
    )
    rate = fsum(above for above, _ in parts) / fsum(below)
    spread = fsum((above - rate * size) ** 2 for above, size in parts) / (len(parts) - 1)
    variance = fsum(
        spread * len(part) / total**2 for part, total in zip(halves, below, strict=True)
    )
    return Drift(later - first, variance**0.5) if variance > 0.0 else None


def _part(label: JudgedLabel) -> tuple[float, float]:
    """How much more a label agrees with the other labels than by chance, and at most could."""
    square = fsum(chance**2 for chance in (label.chances or {}).values())
    base = (1.0 - square) / max(len(label.classes) - 1, 1)
    return (label.agreement or 0.0) - base, square - base
