"""Tasks of our own log with their features, read task by task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import CannotAnswer, MissingInput, nearest
from replay.features_report.rows import task_row
from replay.log_files.histories import OwnLog
from replay.log_files.log_path import log_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from replay.features_report.rows import TaskRow

MOST_TASKS = 50_000
"""Tasks that are looked at, evenly taken: some 5 KB each in memory."""
LEAST_TASKS = 120
"""Below, there are too few blocks to say whether anything changed."""


def read_tasks(
    path: Path, project: str | None = None, tell: Callable[[int], None] | None = None
) -> tuple[dict[str, list[TaskRow]], tuple[str, ...]]:
    """Return the tasks of each project in the order of time, and what is missing of the log.

    Raises
    ------
    InputError
        If there is no such log, it can't be read, or it has no such project.
    CannotAnswer
        If no project has enough tasks with features.
    """
    path = log_path(path)
    projects: dict[str, list[TaskRow]] = {}
    with OwnLog(path, tell) as log:
        step = -(-log.tasks // MOST_TASKS)
        for number, history in enumerate(log.histories()):
            of = history.decisions[0].project
            rows = projects.setdefault(of, [])
            if number % step == 0 and project in {None, of}:
                rows.append(task_row(history))
        notes = log.notes()
    if step > 1:
        notes = (*notes, f"one of {step} tasks was read, evenly over the log")
    if project is not None:
        if project not in projects:
            msg = f"{path}: no task of project {project!r}{nearest(project, projects)}"
            raise MissingInput(msg)
        projects = {project: projects[project]}
    return _enough(path, projects, notes)


def _enough(
    path: Path, projects: dict[str, list[TaskRow]], notes: tuple[str, ...]
) -> tuple[dict[str, list[TaskRow]], tuple[str, ...]]:
    """Leave out projects that are too small, or send no features."""
    enough = {}
    why = []
    for name, rows in sorted(projects.items()):
        if len(rows) < LEAST_TASKS:
            why.append(
                f"project {name!r} has {counted(len(rows), 'task')}, and {LEAST_TASKS} are needed"
            )
        elif not any(row.features or row.predictions for row in rows):
            why.append(f"tasks of project {name!r} have no features: send some, see docs/events.md")
        else:
            enough[name] = rows
    if not enough:
        raise CannotAnswer(f"{path}: cannot answer: {'; '.join(why[:3])}")
    return enough, (*notes, *why)
