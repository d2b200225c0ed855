"""Belief about a task's answer: the posterior from its labels, calibrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bandit.labels.weighed import Answer
from bandit.learn.confidence import leader, sharpen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.weighed import WeighedLabels
    from bandit.learn.brain import Brain
    from bandit.task.state import AskState, TaskState


class Belief(NamedTuple):
    """The calibrated posterior, its likeliest class, and the confidence before calibration."""

    chances: dict[str, float]
    answer: str
    confidence: float
    raw_confidence: float


def answers_of(brain: Brain, asks: list[AskState]) -> list[Answer]:
    """Return the labels of `asks`, each with what its signals say of it."""
    return [
        Answer(
            ask.pool, ask.label.labeler, ask.label.answer, brain.accuracy.tilt(ask.labeler_signals)
        )
        for ask in asks
        if ask.label is not None
    ]


def weigh(brain: Brain, state: TaskState, answers: Sequence[Answer]) -> WeighedLabels:
    """Return what labels say of a task, by all that is known of their labelers."""
    task = state.task
    prior = [state.prior.get(name, 0.0) for name in task.classes] if state.prior else None
    return brain.project(task.project).labels.weigh(task.classes, answers, prior)


def believe(brain: Brain, state: TaskState, asks: list[AskState]) -> Belief:
    """Return the belief from the labels of `asks`; without any, that of the classes' shares."""
    return belief_of(brain, state, weigh(brain, state, answers_of(brain, asks)))


def belief_of(
    brain: Brain, state: TaskState, weighed: WeighedLabels, without: int | None = None
) -> Belief:
    """Return the belief from weighed labels, or from all but one."""
    task = state.task
    raw = dict(zip(task.classes, weighed.posterior(without).tolist(), strict=True))
    answer, raw_confidence = leader(raw)
    if not state.prior and len(weighed.pools) - (without is not None) == 0:
        return Belief(raw, answer, raw_confidence, raw_confidence)
    confidence = brain.project(task.project).calibration.calibrated(raw_confidence)
    chances = sharpen(raw, answer, confidence)
    return Belief(chances, answer, chances[answer], raw_confidence)


def posteriors_without(
    brain: Brain, state: TaskState, asks: list[AskState]
) -> dict[int, dict[str, float]]:
    """Return, for each of `asks`, the posterior of every class from the other asks' labels."""
    weighed = weigh(brain, state, answers_of(brain, asks))
    return {
        ask.ask: belief_of(brain, state, weighed, without=i).chances for i, ask in enumerate(asks)
    }
