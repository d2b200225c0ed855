"""Types of tasks by answer, project and category: which of them cost most."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from statistics import fmean, median
from typing import TYPE_CHECKING

import msgspec

from replay.labeling_report.read.blocks import Blocks
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from replay.labeling_report.read.closed_task import ClosedTask

MOST_VALUES = 30
"""Values of one feature; more are no category, but names."""
FEWEST = 20
"""Tasks of a type; the mean cost of fewer says little."""
NO_ANSWER = "no answer"
OWN = (ANSWER, PROJECT) = ("answer", "project")


class TaskType(msgspec.Struct, frozen=True, kw_only=True):
    """Tasks that have something in common; `by` says what, `name` which.

    `usd_share` is their share of the cost, `task_share` of the tasks; `extra_usd` is what they
    cost more than as many average tasks. `confidence` is that of the answers, `None` without any.
    """

    by: str
    name: str
    tasks: int
    task_share: float
    usd: float
    usd_share: float
    usd_per_task: Amount
    extra_usd: float
    labels_per_task: float
    confidence: float | None
    delay_s_median: float


def task_types(tasks: Sequence[ClosedTask]) -> tuple[TaskType, ...]:
    """Group tasks by answer, project and category; the type that costs most per task first."""
    groups: dict[str, dict[str, list[ClosedTask]]] = defaultdict(lambda: defaultdict(list))
    for task in tasks:
        for by, name in _kinds(task):
            groups[by][name].append(task)
    usd = fsum(task.usd for task in tasks)
    rows = [
        _type(by, name, of, len(tasks), usd)
        for by, names in sorted(groups.items())
        if 1 < len(names) <= MOST_VALUES
        for name, of in names.items()
        if len(of) >= FEWEST
    ]
    rows.sort(key=lambda row: (-row.usd_per_task.value, row.by, row.name))
    return tuple(rows)


def _kinds(task: ClosedTask) -> Iterator[tuple[str, str]]:
    yield ANSWER, task.answer or NO_ANSWER
    yield PROJECT, task.project
    for name, value in task.features.items():
        yield f"feature {name}" if name in OWN else name, value


def _type(by: str, name: str, tasks: Sequence[ClosedTask], all_tasks: int, usd: float) -> TaskType:
    own = fsum(task.usd for task in tasks)
    blocks = Blocks.of([(task.usd, 1.0) for task in tasks])
    claimed = [task.confidence for task in tasks if task.answer is not None]
    return TaskType(
        by=by,
        name=name,
        tasks=len(tasks),
        task_share=len(tasks) / all_tasks,
        usd=own,
        usd_share=own / usd if usd else 0.0,
        usd_per_task=blocks.interval(lambda sums: sums[0] / sums[1]),
        extra_usd=own - usd * len(tasks) / all_tasks,
        labels_per_task=fmean(task.labels for task in tasks),
        confidence=fmean(claimed) if claimed else None,
        delay_s_median=median(task.delay_s for task in tasks),
    )
