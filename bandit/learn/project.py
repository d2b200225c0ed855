"""What is known of one project's answers: its labels, its machine labeler, and its calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.events import STOP, Reward
from bandit.features.novelty import OWN, Novelty, SavedNovelty
from bandit.features.type_pace import SavedPaces, TypePaces
from bandit.labels.model import LabelModel
from bandit.labels.saved import SavedLabels, load, save
from bandit.learn.calibration import Calibration
from bandit.learn.lessons import (
    GOLD,
    WaitingReward,
    inputs,
    lessons_of,
    of_truth,
    truth_of,
    waiting_bytes,
)
from bandit.machine.labeler import MachineLabeler
from bandit.machine.saved import SavedMachine
from bandit.reasons import Basis, DecisionReason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.events import Chances, Feature
    from bandit.labels.window import LabeledTask
    from bandit.learn.track_record import TrackRecord
    from bandit.machine.lesson import Lesson

EXPIRED, OPEN, AUDIT = Basis.EXPIRED.value, Basis.OPEN.value, DecisionReason.AUDIT.value


class JudgedLabel(msgspec.Struct, frozen=True, gc=False):
    """A label, and the chance that it is right."""

    reward: Reward
    right: float


class SavedProject(msgspec.Struct, frozen=True):
    """The state of a project."""

    labels: SavedLabels
    machine: SavedMachine
    calibration: Calibration
    waiting: list[WaitingReward] = []
    novelty: SavedNovelty = SavedNovelty()
    paces: SavedPaces = {}
    to_teach: list[WaitingReward] = []
    open_tasks: list[str] = []


class ProjectModel:
    """The models of one project: they learn from its rewards alone."""

    def __init__(self) -> None:
        self.labels = LabelModel()
        self.machine = MachineLabeler()
        self.calibration = Calibration()
        self.novelty = Novelty()
        self.paces = TypePaces()
        self._waiting: list[WaitingReward] = []
        self._to_teach: list[WaitingReward] = []
        self._open: dict[str, None] = {}  # open tasks of which labels are learned
        self._measured = 0
        self._unmeasured: list[WaitingReward] = []

    @property
    def waiting_bytes(self) -> int:
        """About the size in a snapshot of the rewards that wait for their block.

        Each is measured once, and only if somebody asks: a project alone may have any size.
        """
        self._measured += waiting_bytes(self._unmeasured)
        self._unmeasured = []
        return self._measured

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

    def begin(self, reward: Reward) -> list[JudgedLabel]:
        """Forget an earlier task of the reward's id, which was free again, if this begins another.

        Return what is known of labels that still waited for their block.
        """
        judged: list[JudgedLabel] = []
        labeled = self.labels.window.get(reward.task)
        differs = labeled is not None and labeled.classes != self.labels.numbers(reward.classes)
        is_known = reward.task in self._open
        if not differs and (is_known or not (_is_first(reward) or reward.basis == OPEN)):
            return []
        self._open.pop(reward.task, None)
        if labeled is not None:
            if reward.task in self.labels.pending:
                self.labels.learn()
                judged = self._learn_waiting()
            if any(one.reward.task == reward.task for one in self._to_teach):
                self._teach_waiting()
            self.labels.forget_task(reward.task)
        self.machine.forget_name(reward.task)
        return judged

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
            if STOP in reward.pmf and reward.features.get(f"{OWN}labels") == 0.0:
                labeled.asked *= 1.0 - reward.pmf[STOP]
        elif truth is not None:
            corrects = self.labels.gold(task, classes, truth, reward.audit_propensity)
            corrects = corrects and reward.previous_basis != OPEN  # else people said all before
        if reward.basis == OPEN:
            self._open[task] = None
        else:
            self._open.pop(task, None)
        completes = _completes(reward, labeled, self.labels)
        if completes and labeled is not None and labeled.contradicts_prior:
            self.labels.learn()  # features may have changed: that can't wait for the block
        judged = [] if truth is None else [JudgedLabel(reward, float(answer == truth))]
        if completes or corrects or (truth is None and reward.quality is not None):
            waiting = WaitingReward(reward, completes=completes, corrects=corrects)
            self._waiting.append(waiting)
            self._unmeasured.append(waiting)
        return judged if self.labels.pending else judged + self._learn_waiting()

    def _learn_waiting(self) -> list[JudgedLabel]:
        """Judge the labels of a block that have no truth, each by all labels of its task.

        What they teach the machine labeler waits until there is enough for a block of its own.
        """
        waiting, self._waiting = self._waiting, []
        teach = [one for one in waiting if one.completes or one.corrects]
        self._to_teach += teach
        if len(teach) < len(waiting):
            self._measure_anew()
        if len({one.reward.task for one in self._to_teach}) >= self.machine.tasks_of_block:
            self._teach_waiting()
        return [
            JudgedLabel(one, self.labels.right(one.task, one.classes.index(str(one.answer))))
            for one in [one.reward for one in waiting]
            if truth_of(one) is None
        ]

    def _teach_waiting(self) -> None:
        """Teach the machine labeler what waits for its block."""
        teach, self._to_teach = self._to_teach, []
        self._teach(lessons_of(teach, self.labels))
        self._measure_anew()

    def _measure_anew(self) -> None:
        self._measured, self._unmeasured = 0, [*self._waiting, *self._to_teach]

    def learn_truth(self, reward: Reward, truth: str) -> None:
        """Teach the machine labeler a true class: of a task that it knows, or without labels.

        Where it is frozen or off, the reward says so.
        """
        self._teach(of_truth(reward, truth, self.labels))

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
        if not lessons:
            return
        believed = set(self.machine.doubted)
        self.machine.learn_all(lessons)
        if not believed.issuperset(self.machine.doubted):
            self.labels.forget_priors()
            self.calibration = Calibration()

    def give_up_tasks(self) -> None:
        """Forget the recent tasks, labels that wait for their block, and the machine labeler."""
        self.labels.forget_tasks()
        self.machine = MachineLabeler()
        self._waiting, self._to_teach, self._open = [], [], {}
        self._measure_anew()

    def saved(self) -> SavedProject:
        """Return the state."""
        return SavedProject(
            save(self.labels),
            self.machine.saved(),
            self.calibration,
            self._waiting,
            self.novelty.saved(),
            self.paces.saved(),
            self._to_teach,
            list(self._open),
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
        project._to_teach = list(state.to_teach)
        project._open = dict.fromkeys(state.open_tasks)
        project._measure_anew()
        project.novelty = Novelty.from_saved(state.novelty)
        project.paces = TypePaces.from_saved(state.paces)
        return project


def _completes(reward: Reward, labeled: LabeledTask | None, labels: LabelModel) -> bool:
    """Whether people have said all about a task: it is closed, and this was its last label."""
    if labeled is None or len(labeled.slots) != reward.machine_labels or reward.basis == OPEN:
        return False
    if reward.previous_basis in {None, EXPIRED}:
        return True
    is_last = labels.labelers.slots.get(str(reward.labeler)) == labeled.slots[-1]
    return reward.previous_basis == OPEN and is_last


def _is_first(reward: Reward) -> bool:
    """Whether it is the first of a task: of the first ask before its verdict, or gold alone."""
    return reward.revision == 0 and reward.ask <= 1 and reward.why != AUDIT
