"""Calibration: whether answers are right as often as their confidence says, by audits."""

from __future__ import annotations

from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING

import msgspec

from replay.intervals.wilson import wilson
from replay.numerics.amount import Amount
from replay.stats.effective_size import effective_sample_size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.closed_task import ClosedTask

EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0)
"""Finer where most confidences are."""


class ConfidenceBin(msgspec.Struct, frozen=True, kw_only=True):
    """Answers whose confidence is from `low` to below `high`; `right` is `None` without audits."""

    low: float
    high: float
    tasks: int
    task_share: float
    confidence: float
    audits: int
    right: Amount | None


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """Confidence against audits; `gap` is mean confidence less the share that is right."""

    audits: int
    gap: Amount | None
    bins: tuple[ConfidenceBin, ...]


def calibration(
    tasks: Sequence[ClosedTask], right: Amount | None, claimed: float | None
) -> Calibration:
    """Compare the confidence of answers with what audits found.

    `right` is the share of right answers by audits, `claimed` the mean confidence. Shares are of
    the tasks that were answered.
    """
    answered = [task for task in tasks if task.answer is not None]
    bins = []
    for low, high in pairwise(EDGES):
        end = high if high < 1.0 else 1.0 + 1e-9
        inside = [task for task in answered if low <= task.confidence < end]
        if inside:
            bins.append(_bin(low, high, inside, len(answered)))
    gap = None
    if right is not None and claimed is not None:
        gap = Amount(claimed - right.value, claimed - right.high, claimed - right.low)
    audits = sum(task.right is not None for task in tasks)
    return Calibration(audits=audits, gap=gap, bins=tuple(bins))


def _bin(low: float, high: float, tasks: Sequence[ClosedTask], all_answered: int) -> ConfidenceBin:
    known = [task for task in tasks if task.right is not None]
    right = None
    if known:
        weights = [1.0 / task.audit_chance for task in known]
        whole = fsum(weights)
        pairs = list(zip(weights, known, strict=True))
        rate = fsum(weight for weight, task in pairs if task.right) / whole
        size = effective_sample_size(whole, fsum(weight**2 for weight in weights))
        ends = wilson(rate, rate * (1.0 - rate) / size, size, 0.95)
        right = Amount(rate, ends.low, ends.high)
    return ConfidenceBin(
        low=low,
        high=high,
        tasks=len(tasks),
        task_share=len(tasks) / all_answered,
        confidence=fsum(task.confidence for task in tasks) / len(tasks),
        audits=len(known),
        right=right,
    )
