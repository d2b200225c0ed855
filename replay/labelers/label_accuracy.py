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

The posterior can be off for a whole pool, however many labels it gave. So what rests on it counts
for `MOST_BELIEVED` labels at most in the interval. In ten markets (2 % audits, 1,000 or 1,200
tasks) the 95 % intervals of chance alone held the share of right labels for 30 of 38 pools (seeds
21 and 22, on which 150 was chosen), 13 of 20 (seeds 31 and 33) and 272 of 297 labelers with 30
labels or more; with this bound for 37, 17 and 275.

Source: stopping rules and posteriors, Berger and Wolpert (1988), The Likelihood Principle, ch. 4.
"""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from replay.intervals.wilson import wilson
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

LEVEL = 0.95

MOST_BELIEVED = 150.0
"""Labels that any number of labels without gold counts for."""


def accuracy(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Probability that labels are right, with its 95 % interval; `None` if none can be judged.

    With n labels, a share u of them without gold, the variance is that of n labels with gold and,
    for what the posterior may be off, u^2 times that of `MOST_BELIEVED`.
    """
    judged = [label for label in labels if label.right is not None]
    if not judged:
        return None
    rate = fmean(label.right or 0.0 for label in judged)
    without_gold = fmean(not label.is_gold for label in judged)
    size = 1.0 / (1.0 / len(judged) + without_gold**2 / MOST_BELIEVED)
    low, high, _ = wilson(rate, rate * (1.0 - rate) / size, size, LEVEL)
    return Amount(rate, low, high)
