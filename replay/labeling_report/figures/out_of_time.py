"""Tasks that ended at their deadline with too few labels, which were asked for one by one."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

import msgspec

from bandit.reasons import StopReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.closed_task import ClosedTask

DEADLINE = StopReason.DEADLINE

LEAST_TASKS = 20
LEAST_SHARE = 0.05
LEAST_GAP = 0.05
"""Fewer tasks, or answers that are hardly less sure, are no reason to change a platform."""


class OutOfTime(msgspec.Struct, frozen=True, kw_only=True):
    """Share of tasks that ended at their deadline; mean confidence of these, and of the others."""

    share: float
    confidence: float
    others: float


def out_of_time(tasks: Sequence[ClosedTask]) -> OutOfTime | None:
    """Return the figures, or `None` where deadlines cost little or several were asked at once.

    Examples
    --------
    >>> out_of_time([]) is None
    True
    """
    late = [task.confidence for task in tasks if task.why == DEADLINE]
    others = [task.confidence for task in tasks if task.why != DEADLINE]
    if len(late) < max(LEAST_TASKS, LEAST_SHARE * len(tasks)) or not others:
        return None
    if fmean(others) - fmean(late) < LEAST_GAP:
        return None
    if any(step.beside for task in tasks for step in task.steps):
        return None
    return OutOfTime(share=len(late) / len(tasks), confidence=fmean(late), others=fmean(others))
