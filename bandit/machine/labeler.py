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
from bandit.machine.learner import Learner
from bandit.machine.saved import SavedLearner, array, load, save
from bandit.machine.sharpness import SHAPE, Sharpness
from bandit.machine.surprise import Surprise
from bandit.machine.window import NOT_A_CLASS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.machine.inputs import Input

Floats = NDArray[np.float64]

FIRST_TASKS = 60
"""Tasks that people label before one is answered without them; after an alarm, too."""
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
    def calibration(self) -> tuple[float, float]:
        """The sharpness β and the doubt λ in force."""
        return self._sharpness.beta, self._sharpness.doubt

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
            scores = self._learner.scores(features) if order is not None else None
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
        """Learn from a task that people labeled, or from gold.

        A task that comes again, with gold, gets the new target and does not judge the predictions a
        second time. `again` says so of a task that may have come too long ago to be remembered.

        Parameters
        ----------
        task, classes, features
            As the task has them; without features of the system (`poolwise.*`).
        target
            Chance of each class from people's labels under a uniform prior; 1 for gold's class.
        likelihood
            P(people's labels | class), up to a factor; of gold, 1 for its class.
        weight
            1 / the chance that people were asked.
        """
        new = [name for name in classes if name not in self._classes]
        if not features or len(classes) < 2 or len(self._classes) + len(new) > CLASSES:
            return
        assert max(target) > 0.0, task
        assert max(likelihood) > 0.0, task
        names, target_ = tuple(classes), np.array(target, np.float64)
        place = self._learner.window.find(task)
        if place is not None:
            self._add_classes(new)
            self._learner.replace(place, self._whole(names, target_))
        elif not again:
            alarm = self._judge(names, features, np.array(likelihood, np.float64), weight)
            self._add_classes(new)
            whole = self._whole(names, target_)
            self._frequencies = REMEMBER * self._frequencies + np.maximum(whole, 0.0)
            self._learner.learn(task, features, whole)
            if alarm:
                self._forget()

    def saved(self) -> SavedMachine:
        """Return the state; the labeler may go on learning."""
        return SavedMachine(
            classes=list(self._classes),
            surprise=copy(self.surprise),
            scores=self._sharpness.scores.tobytes(),
            frequencies=self._frequencies.tobytes(),
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
        self._sharpness.restore(array(state.scores, np.float64, *SHAPE))
        self._frequencies = array(state.frequencies, np.float64, len(state.classes))

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

    def _judge(
        self,
        names: tuple[str, ...],
        features: Mapping[str, Input],
        likelihood: Floats,
        weight: float,
    ) -> bool:
        """Compare what was foreseen with people's labels; return whether that makes an alarm."""
        order = self._order(names)
        scores = self._learner.scores(features) if order is not None else None
        if order is None or scores is None:
            return self.surprise.learn(0.0)
        z = scores[order.columns]
        ordered = np.empty(len(names))
        ordered[order.places] = likelihood / likelihood.max()
        frequency = np.log(self._frequencies[order.columns] + 1.0)
        return self.surprise.learn(self._sharpness.learn(z, frequency, ordered, weight))

    def _forget(self) -> None:
        """Features changed meaning: keep what came since, and begin to learn it anew."""
        since = self.surprise.since
        self.surprise.forget()
        self._learner.forget(since)
        self._sharpness = Sharpness()

    def _add_classes(self, names: Sequence[str]) -> None:
        if names:
            self._classes.update({name: len(self._classes) + i for i, name in enumerate(names)})
            self._orders.clear()
            self._learner.add_classes(len(names))
            self._frequencies = np.concatenate([self._frequencies, np.zeros(len(names))])

    def _whole(self, names: tuple[str, ...], target: Floats) -> Floats:
        """Return a task's target over all classes of the project."""
        whole = np.full(len(self._classes), NOT_A_CLASS)
        whole[[self._classes[name] for name in names]] = target / target.sum()
        return whole
