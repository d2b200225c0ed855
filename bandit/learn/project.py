"""What is known of one project's answers: its labels, its machine labeler, and its calibration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import StateError
from bandit.events import STOP
from bandit.labels.model import LabelModel
from bandit.labels.saved import SavedLabels, load, save
from bandit.learn.calibration import Calibration
from bandit.machine.labeler import MachineLabeler, SavedMachine
from bandit.reasons import Basis, DecisionReason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Chances, Feature, Reward
    from bandit.labels.window import LabeledTask
    from bandit.learn.track_record import TrackRecord

GOLD, EXPIRED = Basis.GOLD.value, Basis.EXPIRED.value
AUDIT = DecisionReason.AUDIT.value
OWN = "poolwise."
"""How features begin that aren't of the task itself: see `bandit.decide.signals`."""
ONE_POOL = Calibration()
"""The map before any gold, where labels are of one pool."""
LEAST_CHANCE = 1e-4
"""Least chance of a prediction that the machine labeler is shown."""


class SavedProject(msgspec.Struct, frozen=True):
    """The state of a project."""

    labels: SavedLabels
    machine: SavedMachine
    calibration: Calibration


class ProjectModel:
    """The models of one project: they learn from its rewards alone."""

    def __init__(self) -> None:
        self.labels = LabelModel()
        self.machine = MachineLabeler()
        self.calibration = Calibration()

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
    ) -> float:
        """Count a label where it is new, and its task's truth; return the chance that it is right.

        Without a truth that is the chance from all labels of the task, its own too.
        """
        task, classes, answer = reward.task, reward.classes, reward.answer
        if reward.labeler is None or reward.pool is None or answer not in classes:
            return 0.0
        labeled = self.labels.window.get(task)
        is_new = reward.previous_basis in {None, EXPIRED}
        if is_new:
            prior = reward.prior
            labeled = self.labels.observe(
                task,
                classes,
                reward.pool,
                reward.labeler,
                answer,
                None if not prior else [prior.get(name, 0.0) for name in classes],
                known=(labeler.right, labeler.total),
                of_pool=(pool.right, pool.total),
                tilt=tilt,
            )
            if not self.labels.one_pool and self.calibration == ONE_POOL:
                self.calibration = Calibration.of_several_pools()
            if STOP in reward.pmf and reward.features.get(f"{OWN}labels") == 0.0:
                labeled.asked *= 1.0 - reward.pmf[STOP]
        truth = reward.target if reward.basis == GOLD and isinstance(reward.target, str) else None
        if truth is not None:
            is_known = self.labels.gold(task, classes, truth, reward.audit_propensity)
            if is_known and not is_new:
                self.learn_truth(reward, truth)
        if is_new and labeled is not None and len(labeled.slots) == reward.machine_labels:
            self._learn_people(reward, labeled, truth)
        if truth is not None:
            return float(answer == truth)
        return self.labels.right(task, classes.index(answer))

    def learn_truth(self, reward: Reward, truth: str) -> None:
        """Teach the machine labeler a true class: of a task that it knows, or without labels.

        Where it is frozen or off, the reward says so.
        """
        if reward.machine_labels is None:
            return
        target = [float(name == truth) for name in reward.classes]
        self.machine.learn(
            reward.task,
            reward.classes,
            inputs(reward.features, reward.predictions),
            target,
            target,
            again=reward.pool is not None,
        )

    def learn_confidence(self, reward: Reward) -> None:
        """Teach the calibration whether a verdict was right."""
        if reward.basis == GOLD and reward.verdict_confidence is not None:
            self.calibration.learn(
                reward.verdict_confidence,
                right=reward.verdict_answer == reward.target,
                audit_propensity=reward.audit_propensity,
            )

    def _learn_people(self, reward: Reward, labeled: LabeledTask, truth: str | None) -> None:
        """Teach the machine labeler what people said of a task, now that all have."""
        likelihood = self.labels.likelihood(labeled).tolist()
        target = likelihood if truth is None else [float(n == truth) for n in reward.classes]
        self.machine.learn(
            reward.task,
            reward.classes,
            inputs(reward.features, reward.predictions),
            target,
            likelihood,
            1.0 / labeled.asked,
        )

    def saved(self) -> SavedProject:
        """Return the state."""
        return SavedProject(save(self.labels), self.machine.saved(), self.calibration)

    @classmethod
    def from_saved(cls, state: SavedProject) -> ProjectModel:
        """Return the project's models as they were saved.

        Raises
        ------
        StateError
            If the parts of a model don't fit together.
        """
        project = cls()
        try:
            project.labels = load(state.labels)
        except ValueError as error:
            msg = f"saved model of labels: {error}"
            raise StateError(msg) from error
        project.machine = MachineLabeler.from_saved(state.machine)
        project.calibration = state.calibration
        return project


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
            flat[f"prediction {source} {name}"] = math.log(max(chance, LEAST_CHANCE))
    return flat
