"""Belief about a task's answer: the posterior from its labels, calibrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.learn.confidence import leader, posterior, sharpen

if TYPE_CHECKING:
    from bandit.events import Task
    from bandit.learn.brain import Brain
    from bandit.task.state import AskState, TaskState


class Belief(NamedTuple):
    """The calibrated posterior, its likeliest class, and the confidence before calibration."""

    chances: dict[str, float]
    answer: str
    confidence: float
    raw_confidence: float


def believe(brain: Brain, state: TaskState, asks: list[AskState]) -> Belief:
    """Return the belief from the labels of `asks`; without any, all classes are equally likely."""
    return _weigh(brain, state.task, _answers(brain, state.task, asks))


def posteriors_without(
    brain: Brain, state: TaskState, asks: list[AskState]
) -> dict[int, dict[str, float]]:
    """Return, for each of `asks`, the posterior of every class from the other asks' labels."""
    answers = _answers(brain, state.task, asks)
    return {
        ask.ask: _weigh(brain, state.task, answers[:i] + answers[i + 1 :]).chances
        for i, ask in enumerate(asks)
    }


def _answers(brain: Brain, task: Task, asks: list[AskState]) -> list[tuple[str, float]]:
    """Return each label's answer, and the accuracy of its labeler."""
    return [
        (
            ask.label.answer,
            brain.accuracy(
                task.project, ask.pool, ask.label.labeler, ask.labeler_signals, len(task.classes)
            ),
        )
        for ask in asks
        if ask.label is not None
    ]


def _weigh(brain: Brain, task: Task, answers: list[tuple[str, float]]) -> Belief:
    raw = posterior(task.classes, answers)
    answer, raw_confidence = leader(raw)
    if not answers:
        return Belief(raw, answer, raw_confidence, raw_confidence)
    confidence = brain.calibration(task.project).calibrated(raw_confidence)
    chances = sharpen(raw, answer, confidence)
    return Belief(chances, answer, chances[answer], raw_confidence)
