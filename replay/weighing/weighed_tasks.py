"""The tasks of a recorded crowd, weighed: by all of their labels, and by all but each of them.

All labels are learned as the engine learns those of closed tasks; then each task is weighed by all
that is known at the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.model import LabelModel
from bandit.labels.weighed import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.numerics.arrays import Floats
    from replay.recorded.crowd import Crowd, CrowdLabel


@dataclass(frozen=True, slots=True)
class WeighedTask:
    """A task: its labels, the chance of each class, and those from all labels but one.

    `without` has shape (labels, classes); it is `None` for a task with one label.
    """

    task: str
    rows: list[CrowdLabel]
    chances: Floats
    without: Floats | None


def fitted_model(crowd: Crowd, classes: tuple[str, ...]) -> LabelModel:
    """Learn all labels of a crowd whose rows have pools."""
    model = LabelModel()
    for task, rows in rows_by_task(crowd).items():
        for row in rows:
            model.observe(task, classes, row.pool or "", row.labeler, row.label)
    model.learn()
    return model


def weighed_tasks(
    crowd: Crowd, model: LabelModel, classes: tuple[str, ...]
) -> Iterator[WeighedTask]:
    """Weigh each task of a crowd by a model that has learned its labels."""
    for task, rows in rows_by_task(crowd).items():
        said = model.weigh(
            classes, [Answer(row.pool or "", row.labeler, row.label) for row in rows]
        )
        without = said.posteriors_without() if len(rows) > 1 else None
        yield WeighedTask(task, rows, np.asarray(said.posterior()), without)


def rows_by_task(crowd: Crowd) -> dict[str, list[CrowdLabel]]:
    """Group labels by task, in the order of the crowd."""
    of_task: dict[str, list[CrowdLabel]] = {}
    for row in crowd.labels:
        of_task.setdefault(row.task, []).append(row)
    return of_task
