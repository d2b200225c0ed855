"""The machine labeler of a project: a prior over a task's classes, learned from people and gold.

Rule 1: only `learn` changes it; `prior` doesn't.
Rule 2: a task's own labels never judge a prediction that they taught.
Rule 3: targets come from people and gold, never from a verdict: a labeler that learns from its own
answers confirms them.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from bandit.errors import StateError
from bandit.machine.learner import OF_IDLE_STEP, OF_STEP, Learner
from bandit.machine.lesson import Lesson
from bandit.machine.saved import SavedLearner, load, save
from bandit.machine.sharpness import SHAPE, Sharpness
from bandit.machine.surprise import Surprise
from bandit.machine.window import NOT_A_CLASS
from bandit.packed import from_bytes, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.machine.inputs import Encoded, Input

Floats = NDArray[np.float64]

FIRST_TASKS = 60
"""Tasks that people label before one is answered without them; after an alarm, too."""
IDLE_AFTER = 500
"""Tasks after which features that have told nothing are learned with fewer steps."""
CLASSES = 64
"""Classes of a project; tasks with others get a uniform prior and teach nothing."""
REMEMBER = 0.998
"""Factor on the frequencies of classes per task: a memory of about 500 tasks."""


class SavedMachine(msgspec.Struct, frozen=True):
    """The state of a machine labeler."""

    classes: list[str]
    surprise: Surprise
    scores: bytes
    frequencies: bytes
    learner: SavedLearner


class _Order(msgspec.Struct, frozen=True):
    """Columns of a task's classes in ascending order, and the place of each class in it.

    Sums run in one order, so a task with its classes in another order gets the same chances.
    """

    columns: NDArray[np.int64]
    places: list[int]


class MachineLabeler:
    """Prior from features: a small network, calibrated by how well it foresaw people's labels.

    Examples
    --------
    >>> machine = MachineLabeler()
    >>> machine.prior(("cat", "dog"), {"weight_kg": 30.0})
    (0.5, 0.5)
    >>> for i in range(200):
    ...     kg, seems = (4.0, (0.8, 0.2)) if i % 2 else (30.0, (0.2, 0.8))
    ...     machine.learn(f"t{i}", ("cat", "dog"), {"weight_kg": kg}, seems, seems)
    >>> machine.is_ready, [round(c, 2) for c in machine.prior(("cat", "dog"), {"weight_kg": 28.0})]
    (True, [0.01, 0.99])
    """

    def __init__(self) -> None:
        self.surprise = Surprise()
        self._classes: dict[str, int] = {}
        self._orders: dict[tuple[str, ...], _Order | None] = {}
        self._learner = Learner()
        self._sharpness = Sharpness()
        self._frequencies = np.zeros(0)

    @property
    def seen(self) -> int:
        """Number of tasks that it learned from since it began, or since the last alarm."""
        return self.surprise.tasks - self.surprise.alarm_at

    @property
    def is_ready(self) -> bool:
        """Whether it saw enough tasks for its prior to answer without people."""
        return self.seen >= FIRST_TASKS

    @property
    def is_informative(self) -> bool:
        """Whether features foresaw labels better than the frequencies of the classes did."""
        return self._sharpness.is_informative

    @property
    def size_bytes(self) -> int:
        """Number of bytes of the tasks that are kept and of the weights, as they are saved."""
        return self._learner.size_bytes

    def prior(self, classes: Sequence[str], features: Mapping[str, Input]) -> tuple[float, ...]:
        """Return the chance of each class, as foreseen from the features of a task.

        Parameters
        ----------
        classes
            The task's: all of the project's or some, in any order.
        features
            Numbers, categories, short texts; unknown ones are ignored, missing ones noted.
        """
        if self._sharpness.is_informative:
            order = self._order(tuple(classes))
            (scores,) = self._learner.scores([features]) if order is not None else (None,)
            if order is not None and scores is not None:
                chances = self._sharpness.prior(scores[order.columns]).tolist()
                return tuple([chances[place] for place in order.places])
        return (1.0 / len(classes),) * len(classes)

    def learn(
        self,
        task: str,
        classes: Sequence[str],
        features: Mapping[str, Input],
        target: Sequence[float],
        likelihood: Sequence[float],
        weight: float = 1.0,
        *,
        again: bool = False,
    ) -> None:
        """Learn from one task: see `Lesson`."""
        lesson = Lesson(task, tuple(classes), features, target, likelihood, weight, again)
        self.learn_all([lesson])

    def learn_all(self, lessons: Sequence[Lesson]) -> None:
        """Learn from tasks that people labeled, or from gold; all are foreseen before.

        A task that comes again, with gold, gets the new target and does not judge the predictions a
        second time.
        """
        names = dict.fromkeys(self._classes)
        block: dict[str, Lesson] = {}
        for lesson in lessons:
            if not lesson.features or len(lesson.classes) < 2:
                continue
            if len(names | dict.fromkeys(lesson.classes)) > CLASSES:
                continue
            assert max(lesson.target) > 0.0, lesson.task
            assert max(lesson.likelihood) > 0.0, lesson.task
            if lesson.task in block:
                self._learn(list(block.values()))
                block = {}
            names |= dict.fromkeys(lesson.classes)
            block[lesson.task] = lesson
        if block:
            self._learn(list(block.values()))

    def _learn(self, lessons: Sequence[Lesson]) -> None:
        """Learn from different tasks."""
        places = [self._learner.window.find(lesson.task) for lesson in lessons]
        known = zip(lessons, places, strict=True)
        fresh = [lesson for lesson, at in known if at is None and not lesson.again]
        encoded = [self._learner.inputs.encode(lesson.features) for lesson in fresh]
        alarm = self._judge(fresh, encoded)
        self._add_classes([name for lesson in lessons for name in lesson.classes])
        replaced = {
            place: self._whole(lesson)
            for lesson, place in zip(lessons, places, strict=True)
            if place is not None
        }
        is_idle = self.seen >= IDLE_AFTER and not self.is_informative
        of_step = OF_IDLE_STEP if is_idle else OF_STEP
        if replaced:
            self._learner.replace(replaced, of_step)
        if fresh:
            targets = np.array([self._whole(lesson) for lesson in fresh])
            for target in targets:
                self._frequencies = REMEMBER * self._frequencies + np.maximum(target, 0.0)
            tasks, features = [one.task for one in fresh], [one.features for one in fresh]
            self._learner.learn(tasks, features, encoded, targets, of_step)
        if alarm:
            self._forget()

    def saved(self) -> SavedMachine:
        """Return the state; the labeler may go on learning."""
        return SavedMachine(
            classes=list(self._classes),
            surprise=copy(self.surprise),
            scores=to_bytes(self._sharpness.scores),
            frequencies=to_bytes(self._frequencies),
            learner=save(self._learner),
        )

    @classmethod
    def from_saved(cls, state: SavedMachine) -> MachineLabeler:
        """Return the labeler of a state; it goes on exactly as the one that was saved.

        Raises
        ------
        StateError
            If its parts don't fit together.
        """
        machine = cls()
        machine._restore(state)
        return machine

    def _restore(self, state: SavedMachine) -> None:
        if len(state.classes) != state.learner.classes:
            classes = f"{len(state.classes)} names for {state.learner.classes} classes"
            raise StateError(f"saved machine labeler: {classes}")
        self._learner = load(state.learner)
        self.surprise = copy(state.surprise)
        self._classes = {name: at for at, name in enumerate(state.classes)}
        self._sharpness.restore(from_bytes(state.scores, np.float64, *SHAPE))
        self._frequencies = from_bytes(state.frequencies, np.float64, len(state.classes))

    def _order(self, names: tuple[str, ...]) -> _Order | None:
        """Return where the classes of a task are; `None` if one is unknown."""
        if names not in self._orders:
            if len(self._orders) >= CLASSES:
                self._orders.clear()
            columns = [self._classes.get(name, -1) for name in names]
            ordered = sorted(columns)
            places = [ordered.index(column) for column in columns]
            self._orders[names] = _Order(np.array(ordered), places) if ordered[0] >= 0 else None
        return self._orders[names]

    def _judge(self, lessons: Sequence[Lesson], encoded: Sequence[Encoded]) -> bool:
        """Compare what was foreseen with people's labels; return whether that makes an alarm."""
        gains = [0.0] * len(lessons)
        by_classes: dict[tuple[str, ...], list[tuple[int, Floats]]] = {}
        scores = self._learner.scores_of(encoded)
        for i, (lesson, found) in enumerate(zip(lessons, scores, strict=True)):
            if found is not None and self._order(lesson.classes) is not None:
                by_classes.setdefault(lesson.classes, []).append((i, found))
        for classes, foreseen in by_classes.items():
            order = self._order(classes)
            assert order is not None
            at = [i for i, _ in foreseen]
            z = np.array([found[order.columns] for _, found in foreseen])
            likelihood = np.empty(z.shape)
            likelihood[:, order.places] = [lessons[i].likelihood for i in at]
            likelihood /= likelihood.max(axis=1, keepdims=True)
            frequency = np.log(self._frequencies[order.columns] + 1.0)
            weights = np.array([lessons[i].weight for i in at])
            learned = self._sharpness.learn(z, frequency, likelihood, weights)
            for i, gain in zip(at, learned, strict=True):
                gains[i] = gain
        alarms = [self.surprise.learn(gain) for gain in gains]
        return bool(alarms) and alarms[-1]

    def _forget(self) -> None:
        """Features changed meaning: keep what came since, and begin to learn it anew."""
        since = self.surprise.since
        self.surprise.forget()
        self._learner.forget(since)
        self._sharpness = Sharpness()

    def _add_classes(self, names: Sequence[str]) -> None:
        new = [name for name in dict.fromkeys(names) if name not in self._classes]
        if new:
            self._classes.update({name: len(self._classes) + i for i, name in enumerate(new)})
            self._orders.clear()
            self._learner.add_classes(len(new))
            self._frequencies = np.concatenate([self._frequencies, np.zeros(len(new))])

    def _whole(self, lesson: Lesson) -> Floats:
        """Return a task's target over all classes of the project."""
        whole = np.full(len(self._classes), NOT_A_CLASS)
        columns = [self._classes[name] for name in lesson.classes]
        whole[columns] = np.array(lesson.target) / sum(lesson.target)
        return whole
