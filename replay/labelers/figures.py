"""Figures of one labeler: how many labels, how often right, how fast, and at what cost."""

from __future__ import annotations

from math import fsum, sqrt
from statistics import fmean, median, variance
from typing import TYPE_CHECKING

import msgspec

from replay.intervals.wilson import wilson
from replay.labelers.suspicion import Suspicion
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

LEVEL, NORMAL = 0.95, 1.96
FEWEST = 10
"""Labels in each half, without which no drift is shown."""


class LabelerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A labeler of a project; money in US dollars, times in seconds, shares in [0, 1].

    `accuracy` is the mean over labels of the chance that they are right, by the truth where it is
    known, else by the other labels of the task. `gold_accuracy` is from gold alone, weighted by
    1 / the probability of an audit. `drift` is the accuracy in the later half of the labels less
    that in the earlier. `log10_evidence` is the evidence against an honest labeler, `p_value` at
    least the chance of so much of it if the labeler is honest.
    """

    project: str
    pool: str
    labeler: str
    labels: int
    judged: int
    accuracy: Amount | None
    gold_labels: int
    gold_right: int
    gold_accuracy: Amount | None
    delay_s_median: float | None
    seconds_spent_median: float | None
    usd: float
    usd_per_right: float | None
    drift: Amount | None
    shadowed_labels: int
    is_shadowed: bool
    log10_evidence: float
    p_value: float
    suspicion: Suspicion | None = None


def accuracy(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Mean chance that labels are right, with its interval; `None` without any to compare."""
    scores = _scores(labels)
    if not scores:
        return None
    spread = variance(scores) / len(scores) if len(scores) > 1 else 0.0
    return _amount(fmean(scores), spread, len(scores))


def gold_accuracy(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Share of right labels among those with gold, as if all tasks had the same chance of it."""
    gold = [label for label in labels if label.is_gold]
    if not gold:
        return None
    total = fsum(label.weight for label in gold)
    size = total**2 / fsum(label.weight**2 for label in gold)
    rate = fsum(label.weight * (label.agreement or 0.0) for label in gold) / total
    return _amount(rate, rate * (1.0 - rate) / size, size)


def drift(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Accuracy in the later half less that in the earlier; `None` where there are few labels."""
    scores = _scores(labels)
    half = len(scores) // 2
    if half < FEWEST:
        return None
    first, later = scores[:half], scores[half:]
    change = fmean(later) - fmean(first)
    error = sqrt(variance(first) / len(first) + variance(later) / len(later))
    return Amount(change, change - NORMAL * error, change + NORMAL * error)


def usd_per_right(labels: Sequence[JudgedLabel]) -> float | None:
    """Cost of a right answer: the mean price over the accuracy."""
    scores = _scores(labels)
    right = fmean(scores) if scores else 0.0
    return fmean([label.usd for label in labels]) / right if right > 0 else None


def middle(values: Sequence[float | None]) -> float | None:
    """Median of what is known."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _scores(labels: Sequence[JudgedLabel]) -> list[float]:
    return [label.agreement for label in labels if label.agreement is not None]


def _amount(rate: float, spread: float, size: float) -> Amount:
    interval = wilson(rate, spread, size, LEVEL)
    return Amount(rate, interval.low, interval.high)
