"""What is known of one project's answers: its labels, its machine labeler, and its calibration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.events import STOP, Reward
from bandit.features.novelty import OWN, Novelty, SavedNovelty
from bandit.features.type_pace import SavedPaces, TypePaces
from bandit.labels.model import LabelModel
from bandit.labels.saved import SavedLabels, load, save
from bandit.learn.calibration import Calibration
from bandit.machine.labeler import MachineLabeler, SavedMachine
from bandit.machine.lesson import Lesson
from bandit.machine.sources import input_name
from bandit.reasons import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Chances, Feature
    from bandit.learn.track_record import TrackRecord

GOLD, EXPIRED = Basis.GOLD.value, Basis.EXPIRED.value
ONE_POOL = Calibration()
"""The map before any gold, where labels are of one pool."""
LEAST_CHANCE = 1e-4
"""Least chance of a prediction that the machine labeler is shown."""


class JudgedLabel(NamedTuple):
    """A label, and the chance that it is right."""

    reward: Reward
    right: float


class WaitingReward(NamedTuple):
    """A reward whose label is learned with its block.

    With one that `completes` its task people have said all; one that `corrects` brings the truth of
    a task whose labels came before.
    """

    reward: Reward
    completes: bool
    corrects: bool


class SavedProject(msgspec.Struct, frozen=True):
    """The state of a project."""

    labels: SavedLabels
    machine: SavedMachine
    calibration: Calibration
    waiting: list[WaitingReward] = []
    novelty: SavedNovelty = SavedNovelty()
    paces: SavedPaces = {}


class ProjectModel:
    """The models of one project: they learn from its rewards alone."""

    def __init__(self) -> None:
        self.labels = LabelModel()
        self.machine = MachineLabeler()
        self.calibration = Calibration()
        self.novelty = Novelty()
        self.paces = TypePaces()
        self._waiting: list[WaitingReward] = []

    def prior(
        self,
        classes: Sequence[str],
        features: Mapping[str, Feature],
        predictions: Mapping[str, Chances],
    ) -> Chances:
        """Return the machine labeler's chances of the classes; empty where it knows nothing."""
        if not self.machine.is_informative:
            return {}
        chances = self.machine.prior(classes, inputs(features, predictions))
        return {} if len(set(chances)) == 1 else dict(zip(classes, chances, strict=True))

    def learn_label(
        self, reward: Reward, labeler: TrackRecord, pool: TrackRecord, tilt: float
    ) -> list[JudgedLabel]:
        """Take in a label where it is new, and its task's truth.

        Return what is known since then of this label and of earlier ones, in their order: labels
        are learned in blocks.
        """
        task, classes, answer = reward.task, reward.classes, reward.answer
        if reward.labeler is None or reward.pool is None:
            return []
        if answer not in classes:
            return [JudgedLabel(reward, 0.0)]
        labeled = self.labels.window.get(task)
        is_new, truth = reward.previous_basis in {None, EXPIRED}, truth_of(reward)
        corrects = False
        if is_new:
            labeled = self.labels.observe(
                task,
                classes,
                reward.pool,
                reward.labeler,
                answer,
                reward.prior,
                known=(labeler.right, labeler.total),
                of_pool=(pool.right, pool.total),
                tilt=tilt,
                truth=truth,
                audit_chance=reward.audit_propensity,
            )
            if not self.labels.one_pool and self.calibration == ONE_POOL:
                self.calibration = Calibration.of_several_pools()
            if STOP in reward.pmf and reward.features.get(f"{OWN}labels") == 0.0:
                labeled.asked *= 1.0 - reward.pmf[STOP]
        elif truth is not None:
            corrects = self.labels.gold(task, classes, truth, reward.audit_propensity)
        completes = is_new and labeled is not None and len(labeled.slots) == reward.machine_labels
        if completes and labeled is not None and labeled.contradicts_prior:
            self.labels.learn()  # features may have changed: that can't wait for the block
        judged = [] if truth is None else [JudgedLabel(reward, float(answer == truth))]
        if completes or corrects or (truth is None and reward.quality is not None):
            self._waiting.append(WaitingReward(reward, completes=completes, corrects=corrects))
        return judged if self.labels.pending else judged + self._learn_waiting()

    def _learn_waiting(self) -> list[JudgedLabel]:
        """Teach the machine labeler what the labels of a block say; return those without a truth.

        Each is judged by all labels of its task, its own too.
        """
        waiting, self._waiting = self._waiting, []
        lessons: list[Lesson] = []
        corrections = {
            one.reward.task: one.reward
            for one in waiting
            if one.corrects and one.reward.machine_labels is not None
        }
        for reward, completes, corrects in waiting:
            correction = corrections.pop(reward.task, None) if completes or corrects else None
            if completes:
                lessons += self._of_people(reward, truth_of(correction or reward))
            elif correction is not None:
                lessons += self._of_truth(reward, str(reward.target))
        if lessons:
            self._teach(lessons)
        return [
            JudgedLabel(one, self.labels.right(one.task, one.classes.index(str(one.answer))))
            for one, _, _ in waiting
            if truth_of(one) is None
        ]

    def learn_truth(self, reward: Reward, truth: str) -> None:
        """Teach the machine labeler a true class: of a task that it knows, or without labels.

        Where it is frozen or off, the reward says so.
        """
        lessons = self._of_truth(reward, truth)
        if lessons:
            self._teach(lessons)

    def learn_confidence(self, reward: Reward) -> None:
        """Teach the calibration whether a verdict was right."""
        if reward.basis == GOLD and reward.verdict_confidence is not None:
            self.calibration.learn(
                reward.verdict_confidence,
                right=reward.verdict_answer == reward.target,
                audit_propensity=reward.audit_propensity,
            )

    def _teach(self, lessons: Sequence[Lesson]) -> None:
        """Teach the machine labeler; unlearn what rested on predictions that it doubts since."""
        believed = set(self.machine.doubted)
        self.machine.learn_all(lessons)
        if not believed.issuperset(self.machine.doubted):
            self.labels.forget_priors()
            self.calibration = self.calibration.without_gold()

    def _of_people(self, reward: Reward, truth: str | None) -> list[Lesson]:
        """Return what people said of a task, now that all have."""
        labeled = self.labels.window.get(reward.task)
        if labeled is None:
            return []
        likelihood = self.labels.likelihood(labeled).tolist()
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

    def _of_truth(self, reward: Reward, truth: str) -> list[Lesson]:
        """Return a true class as a lesson; none where the reward says that the labeler is off."""
        if reward.machine_labels is None:
            return []
        target = [float(name == truth) for name in reward.classes]
        chance, labeled = reward.audit_propensity, self.labels.window.get(reward.task)
        stands_for = 1.0 / chance if chance else labeled.weight if labeled else None
        likelihood = self.labels.likelihood(labeled).tolist() if labeled else [1.0] * len(target)
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

    def give_up_tasks(self) -> None:
        """Forget the recent tasks, labels that wait for their block, and the machine labeler."""
        self.labels.forget_tasks()
        self.machine = MachineLabeler()
        self._waiting = []

    def saved(self) -> SavedProject:
        """Return the state."""
        return SavedProject(
            save(self.labels),
            self.machine.saved(),
            self.calibration,
            self._waiting,
            self.novelty.saved(),
            self.paces.saved(),
        )

    @classmethod
    def from_saved(cls, state: SavedProject) -> ProjectModel:
        """Return the project's models as they were saved.

        Raises
        ------
        StateError
            If the parts of a model don't fit together.
        """
        project = cls()
        project.labels = load(state.labels)
        project.machine = MachineLabeler.from_saved(state.machine)
        project.calibration = state.calibration
        project._waiting = list(state.waiting)
        project.novelty = Novelty.from_saved(state.novelty)
        project.paces = TypePaces.from_saved(state.paces)
        return project


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
