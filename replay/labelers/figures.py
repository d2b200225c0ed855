"""Figures of one labeler: how many labels, how often right, how fast, and at what cost."""

from __future__ import annotations

from math import fsum
from statistics import fmean, median
from typing import TYPE_CHECKING

import msgspec

from replay.intervals.wilson import wilson
from replay.labelers.suspicion import Suspicion
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labelers.judged_label import JudgedLabel

LEVEL = 0.95


class LabelerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A labeler of a project; money in US dollars, times in seconds, shares in [0, 1].

    `accuracy` and `drift` are those of `label_accuracy` and `label_drift`, and the same as in
    `poolwise report`: by gold where it has come, else by all that is known of the task, this label
    included. `gold_accuracy` is from gold alone, weighted by 1 / the probability of an audit.
    `drift` is the accuracy in the later half of the labels less that in the earlier;
    `drift_p_value` counts all labelers of the project: the chance of so much drift of any of them
    if none drifts.
    `log10_evidence` is the evidence against an honest labeler, `p_value` at least the chance of so
    much of it if the labeler is honest.
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
    drift_p_value: float | None
    shadowed_labels: int
    is_shadowed: bool
    log10_evidence: float
    p_value: float
    suspicion: Suspicion | None = None


def gold_accuracy(labels: Sequence[JudgedLabel]) -> Amount | None:
    """Share of right labels among those with gold, as if all tasks had the same chance of it."""
    gold = [label for label in labels if label.is_gold]
    if not gold:
        return None
    total = fsum(label.weight for label in gold)
    size = total**2 / fsum(label.weight**2 for label in gold)
    rate = fsum(label.weight * (label.agreement or 0.0) for label in gold) / total
    interval = wilson(rate, rate * (1.0 - rate) / size, size, LEVEL)
    return Amount(rate, interval.low, interval.high)


def usd_per_right(labels: Sequence[JudgedLabel], rate: Amount | None) -> float | None:
    """Cost of a right answer: the mean price over the accuracy."""
    return fmean([label.usd for label in labels]) / rate.value if rate and rate.value else None


def middle(values: Sequence[float | None]) -> float | None:
    """Median of what is known."""
    known = [value for value in values if value is not None]
    return median(known) if known else None
