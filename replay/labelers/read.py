"""Labels of our own log, read task by task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import MissingInput, nearest
from bandit.reasons import DecisionReason
from replay.labelers.judged_label import judged_label
from replay.log_files.histories import OwnLog
from replay.log_files.log_path import log_path
from replay.task_log.trajectory import delivered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from replay.labelers.judged_label import JudgedLabel
    from replay.log_files.histories import History

AUDIT = DecisionReason.AUDIT.value


def read_labels_of(
    path: Path, project: str | None = None, tell: Callable[[int], None] | None = None
) -> tuple[list[JudgedLabel], tuple[str, ...]]:
    """Return the labels of an embedded log or an archive, and what is missing of it.

    Raises
    ------
    InputError
        If there is no such log, it can't be read, or there is no label, or no such project.
    """
    path = log_path(path)
    labels: list[JudgedLabel] = []
    projects: set[str] = set()
    without = still_open = 0
    with OwnLog(path, tell) as log:
        for history in log.histories():
            of = history.decisions[0].project
            projects.add(of)
            if project is None or of == project:
                found = _labels(history)
                labels += found
                without += not found and bool(history.verdicts)
                still_open += not found and not history.verdicts
        notes = (*log.notes(), *_not_counted(without, still_open))
    if project is not None and project not in projects:
        raise MissingInput(f"{path}: no task of project {project!r}{nearest(project, projects)}")
    if not labels:
        raise MissingInput(f"{path}: no label has been rewarded yet: tasks must close first")
    return labels, notes


def _not_counted(without: int, still_open: int) -> list[str]:
    """Say how many tasks have no label here, and why."""
    parts = []
    if without:
        were = "was" if without == 1 else "were"
        parts.append(f"{counted(without, 'task')} that {were} answered without people's labels")
    if still_open:
        parts.append(
            f"{counted(still_open, 'task')} that {'is' if still_open == 1 else 'are'} still open"
        )
    return [f"not counted: {', and '.join(parts)}"] if parts else []


def _labels(history: History) -> list[JudgedLabel]:
    """Return the labels of a task; gold from its audit has the audit's probability."""
    audited = any(reward.why == AUDIT and reward.labeler for reward in history.rewards)
    given = delivered(history) if history.verdicts else None
    chance = given.audit_propensity if audited and given else None
    posterior = given.posterior if given else {}
    found = (judged_label(reward, posterior, chance) for reward in history.rewards)
    return [label for label in found if label is not None]
