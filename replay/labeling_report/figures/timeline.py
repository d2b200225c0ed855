"""Timeline: tasks, cost and confidence over equal stretches of time."""

from __future__ import annotations

from datetime import UTC, datetime
from math import fsum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.labeling_report.read.closed_task import ClosedTask

HOUR_S, DAY_S = 3600.0, 86_400.0
REAL_FROM = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
"""Earlier times are those of a simulation that began at 0."""
STEPS_S = (HOUR_S, 2 * HOUR_S, 6 * HOUR_S, DAY_S, 7 * DAY_S, 28 * DAY_S)
MOST = 31
"""Columns of a chart: as many as a month has days."""


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks whose first decision came from `begin_at` on; means are `None` without tasks.

    `name` is that time for people: in simulated time, hours since the first stretch.
    """

    name: str
    begin_at: float
    hours: float
    tasks: int
    usd: float
    usd_per_task: float | None
    labels_per_task: float | None
    confidence: float | None


def timeline(tasks: Sequence[ClosedTask]) -> tuple[Stretch, ...]:
    """Cut the time of a log into at most 31 stretches of whole hours, days or weeks."""
    first, last = min(task.at for task in tasks), max(task.at for task in tasks)
    step = next((s for s in STEPS_S if (last - first) / s < MOST - 1), None)
    if step is None:
        step = DAY_S * (int((last - first) / DAY_S / (MOST - 1)) + 1)
    begin = first - first % step
    groups: list[list[ClosedTask]] = [[] for _ in range(int((last - begin) / step) + 1)]
    for task in tasks:
        groups[int((task.at - begin) / step)].append(task)
    return tuple(
        _stretch(name_of(begin + step * at, step, begin), begin + step * at, step, group)
        for at, group in enumerate(groups)
    )


def name_of(at: float, step_s: float, begin: float) -> str:
    """Name a step of a chart by its begin, or where times are simulated by the hours since `begin`.

    Examples
    --------
    >>> name_of(90_000.0, 3600.0, 3600.0), name_of(1_700_000_000.0, 86_400.0, 1_690_000_000.0)
    ('24 h', '14 Nov')
    """
    if begin < REAL_FROM:
        return f"{at / HOUR_S - begin / HOUR_S:.0f} h"
    when = datetime.fromtimestamp(at, UTC)
    clock = f" {when:%H:%M}" if step_s < DAY_S else ""
    return f"{when.day} {when:%b}{clock}"


def _stretch(name: str, begin_at: float, step_s: float, tasks: Sequence[ClosedTask]) -> Stretch:
    usd, count = fsum(task.usd for task in tasks), len(tasks)
    claimed = [task.confidence for task in tasks if task.answer is not None]
    return Stretch(
        name=name,
        begin_at=begin_at,
        hours=step_s / HOUR_S,
        tasks=count,
        usd=usd,
        usd_per_task=usd / count if count else None,
        labels_per_task=sum(task.labels for task in tasks) / count if count else None,
        confidence=fsum(claimed) / len(claimed) if claimed else None,
    )
