"""What is believed about a task's answer: its labels weighed, then calibrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.confidence import leader, posterior, sharpen

if TYPE_CHECKING:
    from bandit.brain import Brain
    from bandit.state import AskState, TaskState


class Belief(NamedTuple):
    """Calibrated chances of every class, the leading one, and how sure before calibration."""

    chances: dict[str, float]
    answer: str
    confidence: float
    raw_confidence: float


def believe(brain: Brain, state: TaskState, asks: list[AskState]) -> Belief:
    """Weigh the labels of `asks`; without any, every class is as likely as the others."""
    task = state.task
    answers = [
        (
            ask.label.answer,
            brain.accuracy(
                task.project, ask.pool, ask.label.labeler, ask.labeler_signals, len(task.classes)
            ),
        )
        for ask in asks
        if ask.label is not None
    ]
    raw = posterior(task.classes, answers)
    answer, raw_confidence = leader(raw)
    if not answers:
        return Belief(raw, answer, raw_confidence, raw_confidence)
    confidence = brain.calibration(task.project).calibrated(raw_confidence)
    chances = sharpen(raw, answer, confidence)
    return Belief(chances, answer, chances[answer], raw_confidence)
