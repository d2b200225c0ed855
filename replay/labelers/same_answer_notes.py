"""Notes on labelers of a log who always give the same answers, project by project."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from replay.recorded.same_answers import in_words, same_answers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.labelers.judged_label import JudgedLabel


def same_answer_notes(labels: Iterable[JudgedLabel]) -> list[str]:
    """Say which labelers always give the same answers; name projects where there are several."""
    projects: dict[str, list[JudgedLabel]] = defaultdict(list)
    for label in labels:
        projects[label.project].append(label)
    notes = []
    for project, of in sorted(projects.items()):
        gold = [label for label in of if label.is_gold and label.chances]
        truth = {label.task: answer for label in gold for answer in label.chances or ()}
        said = in_words(same_answers(((one.task, one.labeler, one.answer) for one in of), truth))
        notes += said if len(projects) == 1 else [f"project {project}: {text}" for text in said]
    return notes
