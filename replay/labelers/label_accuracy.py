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
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from replay.intervals.wilson import wilson
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

LEVEL, NORMAL = 0.95, 1.96
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
    Sampling Techniques, section 6.4).
    """
    compared = [label for label in labels if label.chances is not None]
    compared.sort(key=lambda label: (label.at, label.task))
    half = len(compared) // 2
    first, later = _ratio(compared[:half]), _ratio(compared[half:])
    if half < FEWEST or first is None or later is None:
        return None
    change = later.value - first.value
    reach = NORMAL * (first.variance + later.variance) ** 0.5
    return Amount(change, change - reach, change + reach)


class _Ratio(NamedTuple):
    value: float
    variance: float


def _ratio(labels: Sequence[JudgedLabel]) -> _Ratio | None:
    parts = []
    for label in labels:
        square = fsum(chance**2 for chance in (label.chances or {}).values())
        base = (1.0 - square) / max(len(label.classes) - 1, 1)
        parts.append(((label.agreement or 0.0) - base, square - base))
    below = fsum(part[1] for part in parts)
    if below <= 0.0:
        return None
    value = fsum(part[0] for part in parts) / below
    spread = fsum((above - value * size) ** 2 for above, size in parts)
    return _Ratio(value, spread / below**2)
