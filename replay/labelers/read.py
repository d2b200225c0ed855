"""Labels of our own log, read task by task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import MissingInput, nearest
from bandit.reasons import DecisionReason
from replay.labelers.judged_label import judged_label
from replay.log_files.histories import OwnLog

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
    if str(path).startswith("kafka:"):
        raise MissingInput(f"{path}: not a file; archive that log first: poolwise archive")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    labels: list[JudgedLabel] = []
    projects: set[str] = set()
    with OwnLog(path, tell) as log:
        for history in log.histories():
            of = history.decisions[0].project
            projects.add(of)
            if project is None or of == project:
                labels += _labels(history)
        notes = log.notes()
    if project is not None and project not in projects:
        raise MissingInput(f"{path}: no task of project {project!r}{nearest(project, projects)}")
    if not labels:
        raise MissingInput(f"{path}: no label has been rewarded yet: tasks must close first")
    return labels, notes


def _labels(history: History) -> list[JudgedLabel]:
    """Return the labels of a task; gold from its audit has the audit's probability."""
    audited = any(reward.why == AUDIT and reward.labeler for reward in history.rewards)
    chance = history.verdicts[0].audit_propensity if audited and history.verdicts else None
    found = (judged_label(reward, chance) for reward in history.rewards)
    return [label for label in found if label is not None]
