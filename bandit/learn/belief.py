"""Belief about a task's answer: the posterior from its labels, calibrated."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.labels.weighed import Answer, WeighedLabels
from bandit.learn.confidence import leader, sharpen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.confusion import Floats
    from bandit.learn.brain import Brain
    from bandit.task.state import AskState, TaskState


class Belief(msgspec.Struct, frozen=True, gc=False):
    """The calibrated posterior, its likeliest class, and the confidence before calibration.

    `weighed` are the labels that it rests on; `error` is the standard error of the confidence, by
    how much gold the calibration has seen.
    """

    chances: dict[str, float]
    answer: str
    confidence: float
    raw_confidence: float
    weighed: WeighedLabels
    error: float = 0.0


def answers_of(brain: Brain, asks: list[AskState]) -> list[Answer]:
    """Return the labels of `asks`, each with what its signals say of it."""
    return [
        Answer(
            ask.pool, ask.label.labeler, ask.label.answer, brain.accuracy.tilt(ask.labeler_signals)
        )
        for ask in asks
        if ask.label is not None
    ]


def believe(brain: Brain, state: TaskState, answers: Sequence[Answer]) -> Belief:
    """Return the belief from labels; without any, that of the prior or of the classes' shares."""
    labels = brain.project(state.task.project).labels
    weighed = labels.weigh(state.task.classes, answers, state.prior, state.task.task)
    if answers or state.prior:
        return _belief(brain, state, weighed, weighed.posterior(), has_labels=bool(answers))
    return labels.memo.get(  # the same for all tasks
        ("belief", state.task.classes),
        lambda: _belief(brain, state, weighed, weighed.posterior(), has_labels=False),
    )


def chances_without(brain: Brain, state: TaskState, belief: Belief) -> list[dict[str, float]]:
    """Return, for each label of a belief, the chances of the classes from the others alone."""
    weighed = belief.weighed
    has_labels = len(weighed.pools) > 1
    return [
        _belief(brain, state, weighed, posterior, has_labels=has_labels).chances
        for posterior in weighed.posteriors_without()
    ]


def _belief(
    brain: Brain, state: TaskState, weighed: WeighedLabels, posterior: Floats, *, has_labels: bool
) -> Belief:
    """Calibrate a posterior, unless nothing is known of the task."""
    task = state.task
    raw = dict(zip(task.classes, posterior.tolist(), strict=True))
    answer, raw_confidence = leader(raw)
    if not state.prior and not has_labels:
        return Belief(raw, answer, raw_confidence, raw_confidence, weighed)
    calibration = brain.project(task.project).calibration
    chances = sharpen(raw, answer, calibration.calibrated(raw_confidence))
    error = calibration.error(raw_confidence)
    return Belief(chances, answer, chances[answer], raw_confidence, weighed, error)
