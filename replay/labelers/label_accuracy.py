"""Accuracy of labels: the mean probability that they are right, given all that is known.

That probability is 0 or 1 where gold has come, else the final posterior's of the label's answer.
The label itself is part of that posterior. It has to be: what is known without it says less of the
tasks that were closed because it agreed, and a mean over closed tasks would be too low. A
calibrated posterior stays calibrated whatever rule stopped the labeling, and so the mean is that of
being right. Labels with nothing to compare them with, no other label and no machine labeler, are
left out: there the posterior only repeats what was believed of the pool.

Measured in three markets (seed 1; demo, hostile, calm): off by .005 to .027 for each of ten pools,
where the posterior without the label is off by .04 to .22. For labelers with at least 20 labels in
four markets (seed 11; lopsided, too): a root mean square error of .02 to .05, where the posterior
without the label has .12 to .16, nearly all of it too low.

Source: stopping rules and posteriors, Berger and Wolpert (1988), The Likelihood Principle, ch. 4.
"""

from __future__ import annotations

from math import fsum
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, NamedTuple

from replay.intervals.wilson import wilson
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

LEVEL = 0.95
NORMAL = NormalDist()
FEWEST = 10
"""Labels in each half, without which no drift is shown."""


def accuracy(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Probability that labels are right, with its 95 % interval; `None` if none can be judged."""
    chances = [label.right for label in labels if label.right is not None]
    if not chances:
        return None
    rate = fmean(chances)
    low, high, _ = wilson(rate, rate * (1.0 - rate) / len(chances), len(chances), LEVEL)
    return Amount(rate, low, high)


def drift(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Accuracy in the later half less that in the earlier; `None` where there are few labels.

    Posteriors become surer while an engine learns, and their mean with them. So here a label is
    judged by the chances q of the task's C classes without it, and by how sure those are. Who is
    right with probability a, and else gives each other class alike, agrees with q on average in

        a S + (1 - a) b,    S = sum of q(c)^2,    b = (1 - S) / (C - 1),

    which gives a as a ratio of sums over labels, of q(answer) - b to S - b. What is wrong with it
    as an accuracy (above) is wrong in both halves. Variances by the delta method (Cochran 1977,
    Sampling Techniques, section 6.4), the spread taken from both halves together: that of ten
    labels alone is too small where all of them agree.
    """
    change = _change(labels)
    if change is None:
        return None
    reach = NORMAL.inv_cdf(0.5 + LEVEL / 2.0) * change.deviation
    value, low, high = (
        min(max(at, -1.0), 1.0) for at in (change.value, change.value - reach, change.value + reach)
    )
    return Amount(value, low, high)


def drift_p_values(groups: Sequence[Sequence[JudgedLabel]]) -> list[float | None]:
    """Chance of so much drift of any labeler if no labeler of `groups` drifts, two-sided.

    Of fifty labelers two or three have a 95 % interval without 0 by chance alone, so all of them
    are counted (Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70).
    """
    changes = [_change(labels) for labels in groups]
    alone = [
        None if change is None else 2.0 * NORMAL.cdf(-abs(change.value) / change.deviation)
        for change in changes
    ]
    tested = sorted((chance, i) for i, chance in enumerate(alone) if chance is not None)
    adjusted, least = list(alone), 0.0
    for rank, (chance, i) in enumerate(tested):
        least = max(least, min(1.0, chance * (len(tested) - rank)))
        adjusted[i] = least
    return adjusted


class _Change(NamedTuple):
    value: float
    deviation: float


def _change(labels: Sequence[JudgedLabel]) -> _Change | None:
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
    return _Change(later - first, variance**0.5) if variance > 0.0 else None


def _part(label: JudgedLabel) -> tuple[float, float]:
    """How much more a label agrees with the other labels than by chance, and at most could."""
    square = fsum(chance**2 for chance in (label.chances or {}).values())
    base = (1.0 - square) / max(len(label.classes) - 1, 1)
    return (label.agreement or 0.0) - base, square - base
