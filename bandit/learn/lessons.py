"""Lessons: what rewards teach the machine labeler of a task, from people's labels and from gold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from bandit.events import Reward
from bandit.features.novelty import OWN
from bandit.machine.lesson import Lesson
from bandit.machine.sources import input_name
from bandit.reasons import Basis

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bandit.events import Chances, Feature
    from bandit.labels.model import LabelModel

GOLD = Basis.GOLD.value
_encode = msgspec.msgpack.Encoder().encode

LEAST_CHANCE = 1e-4
"""Least chance of a prediction that the machine labeler is shown."""


class WaitingReward(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A reward whose label is learned with its block.

    With one that `completes` its task people have said all; one that `corrects` brings the truth of
    a task whose labels came before.
    """

    reward: Reward
    completes: bool
    corrects: bool


def waiting_bytes(waiting: Iterable[WaitingReward]) -> int:
    """Return about how many bytes rewards that wait have in a snapshot."""
    return sum(len(_encode(one.reward)) for one in waiting)


def lessons_of(waiting: Sequence[WaitingReward], labels: LabelModel) -> list[Lesson]:
    """Return the lessons of rewards whose labels are learned.

    A task's last label and its truth, where both are among them, make one lesson.
    """
    lessons: list[Lesson] = []
    corrections = {
        one.reward.task: one.reward
        for one in waiting
        if one.corrects and one.reward.machine_labels is not None
    }
    for one in waiting:
        reward = one.reward
        teaches = one.completes or one.corrects
        correction = corrections.pop(reward.task, None) if teaches else None
        if one.completes:
            lessons += of_people(reward, truth_of(correction or reward), labels)
        elif correction is not None:
            lessons += of_truth(correction, str(correction.target), labels)
    return lessons


def of_people(reward: Reward, truth: str | None, labels: LabelModel) -> list[Lesson]:
    """Return what people said of a task, now that all have."""
    labeled = labels.window.get(reward.task)
    if labeled is None:
        return []
    likelihood = labels.likelihood(labeled).tolist()
    return [
        Lesson(
            reward.task,
            reward.classes,
            inputs(reward.features, reward.predictions),
            likelihood if truth is None else [float(n == truth) for n in reward.classes],
            likelihood,
            1.0 / labeled.asked,
            sources=tuple(reward.predictions),
            truth=truth,
            stands_for=labeled.weight,
        )
    ]


def of_truth(reward: Reward, truth: str, labels: LabelModel) -> list[Lesson]:
    """Return a true class as a lesson; none where the reward says that the labeler is off."""
    if reward.machine_labels is None:
        return []
    target = [float(name == truth) for name in reward.classes]
    chance, labeled = reward.audit_propensity, labels.window.get(reward.task)
    stands_for = 1.0 / chance if chance else labeled.weight if labeled else None
    likelihood = labels.likelihood(labeled).tolist() if labeled else [1.0] * len(target)
    return [
        Lesson(
            reward.task,
            reward.classes,
            inputs(reward.features, reward.predictions),
            target,
            likelihood,
            again=reward.pool is not None,
            sources=tuple(reward.predictions),
            truth=truth,
            stands_for=stands_for,
            labeled=False,
        )
    ]


def truth_of(reward: Reward) -> str | None:
    """Return the true class that a reward knows, if it knows one."""
    return reward.target if reward.basis == GOLD and isinstance(reward.target, str) else None


def inputs(
    features: Mapping[str, Feature], predictions: Mapping[str, Chances]
) -> dict[str, float | str]:
    """Return what the machine labeler sees of a task: its own features, and predictions.

    Vectors are spread out; chances of the user's own models become log-chances, so that how far
    each model is to be trusted is learned with the rest.

    Examples
    --------
    >>> inputs({"v": (0.5, 1.0), "lang": "en", "poolwise.labels": 0.0}, {"mine": {"yes": 1.0}})
    {'v.0': 0.5, 'v.1': 1.0, 'lang': 'en', 'prediction mine yes': 0.0}
    """
    flat: dict[str, float | str] = {}
    for name, value in features.items():
        if name.startswith(OWN):
            continue
        if isinstance(value, tuple):
            flat.update({f"{name}.{i}": number for i, number in enumerate(value)})
        else:
            flat[name] = value
    for source, chances in predictions.items():
        for name, chance in chances.items():
            flat[input_name(source, name)] = math.log(max(chance, LEAST_CHANCE))
    return flat
