"""Labels of a table, each with what all others say of its task, as `labelers` judges them.

The model of labels is fitted to the whole table at once. True answers that are known take the place
of what it says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import MissingInput
from replay.label_tables.as_crowd import check_classes, read_crowd_table
from replay.labelers.judged_label import JudgedLabel
from replay.labelers.labelers_report import labelers_report
from replay.recorded.crowd import with_pools
from replay.recorded.doubtful import doubts
from replay.weighing.weighed_tasks import fitted_model, weighed_tasks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from replay.labelers.labelers_report import LabelersReport
    from replay.recorded.crowd import Crowd
    from replay.weighing.weighed_tasks import WeighedTask


POOL = "all"
"""The pool of everybody in a table without pools."""


def table_report(
    path: Path, given: Mapping[str, str | None], truth: str | None = None, *, as_written: bool
) -> LabelersReport:
    """Judge the labelers of a table.

    Raises
    ------
    InputError
        If the table can't be used, or there is nothing to compare labels with.
    """
    crowd, columns = read_crowd_table(path, given, truth, as_written=as_written)
    check_classes(crowd, path)
    if not crowd.truth and len({row.task for row in crowd.labels}) == len(crowd.labels):
        raise MissingInput(
            f"{path}: every task has one label (column {columns['task']!r}) and none a true answer:"
            " nothing to compare labelers by (--task COLUMN, --truth COLUMN)"
        )
    notes = [*crowd.notes, *doubts(crowd)]
    if "at" not in columns:
        notes.append(
            "without times (--at COLUMN), who gave an answer first is told by the order of rows"
        )
    if "pool" not in columns:
        rows = tuple(row._replace(pool=POOL) for row in crowd.labels)
        crowd = replace(crowd, labels=rows)
    crowd = with_pools(replace(crowd, notes=tuple(notes)))
    report = labelers_report(judged_labels(crowd, path.name), str(path), crowd.notes)
    rows_of = [
        msgspec.structs.replace(
            row,
            usd_per_right=row.usd_per_right if "price" in columns else None,
            drift=row.drift if crowd.timed else None,
        )
        for row in report.labelers
    ]
    return msgspec.structs.replace(report, labelers=tuple(rows_of), is_table=True)


def judged_labels(crowd: Crowd, project: str) -> list[JudgedLabel]:
    """Return the labels of a crowd whose rows have pools and prices.

    Where times aren't known, labels come in the order of the crowd.
    """
    classes = crowd.classes
    model = fitted_model(crowd, classes)
    labels: list[JudgedLabel] = []
    for task in weighed_tasks(crowd, model, classes):
        truth = crowd.truth.get(task.task)
        known = None if truth is None else {truth: 1.0}
        of_all = dict(zip(classes, task.chances.tolist(), strict=True))
        for place, row in enumerate(task.rows):
            chances = known or _without(task, place, classes)
            label = JudgedLabel(
                task=task.task,
                project=project,
                pool=row.pool or "",
                labeler=row.labeler,
                answer=row.label,
                classes=classes,
                at=float(len(labels)) if row.at is None else row.at,
                usd=row.usd or 0.0,
                delay_s=None,
                seconds_spent=row.seconds,
                chances=chances,
                right=None if chances is None else (known or of_all).get(row.label, 0.0),
                is_gold=known is not None,
            )
            labels.append(label)
    return labels


def _without(task: WeighedTask, place: int, classes: tuple[str, ...]) -> Mapping[str, float] | None:
    if task.without is None:
        return None
    return dict(zip(classes, task.without[place].tolist(), strict=True))
