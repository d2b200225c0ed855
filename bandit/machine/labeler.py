"""The machine labeler of a project: a prior over a task's classes, learned from people and gold.

Rule 1: only `learn` changes it; `prior` doesn't.
Rule 2: a task's own labels never judge a prediction that they taught.
Rule 3: targets come from people and gold, never from a verdict: a labeler that learns from its own
answers confirms them.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bandit.errors import StateError
from bandit.machine.classes import CLASSES, Classes
from bandit.machine.foresight import Foreseen, Foresight
from bandit.machine.learner import OF_IDLE_STEP, OF_STEP, Learner
from bandit.machine.lesson import Lesson
from bandit.machine.saved import SavedMachine, load, save
from bandit.packed import from_bytes, to_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.machine.inputs import Input
    from bandit.machine.surprise import Surprise

Floats = NDArray[np.float64]

FIRST_TASKS = 60
"""Tasks that people label before one is answered without them; after an alarm, too."""
IDLE_AFTER = 500
"""Tasks after which features that have told nothing are learned with fewer steps."""
GROWS_EVERY, MOST_TASKS = 4, 32
"""While features tell nothing, a block has 1 task more for each `GROWS_EVERY` tasks seen, and at
most `MOST_TASKS`: nothing is foreseen then, so nothing is lost while a task waits."""
REMEMBER = 0.998
"""Factor on the frequencies of classes per task: a memory of about 500 tasks."""


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
        self._classes = Classes()
        self._learner = Learner()
        self._foresight = Foresight()
        self._frequencies = np.zeros(0)

    @property
    def surprise(self) -> Surprise:
        """Evidence that features changed their meaning, and the alarms so far."""
        return self._foresight.surprise

    @property
    def seen(self) -> int:
        """Number of tasks that it learned from since it began, or since the last alarm."""
        return self.surprise.tasks - self.surprise.alarm_at

    @property
    def is_ready(self) -> bool:
        """Whether it may answer without people: it saw enough tasks, and no sign of a change."""
        return self.seen >= FIRST_TASKS and not self.surprise.is_cautious

    @property
    def is_informative(self) -> bool:
        """Whether features foresaw labels better than the frequencies of the classes did."""
        return self._foresight.sharpness.is_informative

    @property
    def tasks_of_block(self) -> int:
        """Least number of tasks that it is taught together; of 1, each block of labels teaches."""
        return 1 if self.is_informative else min(MOST_TASKS, 1 + self.seen // GROWS_EVERY)

    @property
    def doubted(self) -> list[str]:
        """Sources whose predictions are not believed: their errors are those of the labels."""
        sources = self._foresight.sources
        return [source for source, at in sources.known.at.items() if sources.doubted[at]]

    @property
    def size_bytes(self) -> int:
        """Number of bytes of the tasks that are kept and of the weights, as they are saved."""
        return self._learner.size_bytes

    def prior(self, classes: Sequence[str], features: Mapping[str, Input]) -> tuple[float, ...]:
        """Return the chance of each class of a task, as foreseen from its features.

        The classes may be some of the project's; unknown features are ignored, missing ones noted.
        """
        if self.is_informative:
            order = self._classes.order(tuple(classes))
            encoded = self._learner.inputs.encode(features)
            hidden = self._foresight.in_force(self._hidden())
            (scores,) = self._learner.scores([encoded], hidden) if order is not None else (None,)
            if order is not None and scores is not None:
                chances = self._foresight.sharpness.mixture.prior(scores[:, order.columns]).tolist()
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
        names = dict.fromkeys(self._classes.at)
        block: dict[str, Lesson] = {}
        for lesson in lessons:
            if not lesson.features or len(lesson.classes) < 2:
                continue
            new = dict.fromkeys(name for name in lesson.classes if name not in names)
            if len(names) + len(new) > CLASSES:
                continue
            assert max(lesson.target) > 0.0, lesson.task
            assert max(lesson.likelihood) > 0.0, lesson.task
            if lesson.task in block:
                self._learn(list(block.values()))
                block = {}
            names |= new
            block[lesson.task] = lesson
        if block:
            self._learn(list(block.values()))

    def _learn(self, lessons: Sequence[Lesson]) -> None:
        """Learn from different tasks."""
        places = [self._learner.window.find(lesson.task) for lesson in lessons]
        known = zip(lessons, places, strict=True)
        fresh = [lesson for lesson, at in known if at is None and not lesson.again]
        encoded = [self._learner.inputs.encode(lesson.features) for lesson in fresh]
        self._learner.window.add_views(
            self._foresight.meet(
                [name for one in fresh for name in one.sources], self.surprise.tasks
            )
        )
        foreseen = self._learner.scores(encoded, self._hidden())
        alarm = self._judge(fresh, foreseen, self._late(lessons, places))
        self._add_classes([name for lesson in lessons for name in lesson.classes])
        corrected = {
            place: self._whole(lesson)
            for lesson, place in zip(lessons, places, strict=True)
            if place is not None
        }
        self._learner.correct(corrected)
        newest = dict.fromkeys(corrected)
        if fresh:
            targets = np.array([self._whole(lesson) for lesson in fresh])
            fades = REMEMBER ** np.arange(len(fresh), -1.0, -1.0)
            self._frequencies = fades[0] * self._frequencies + fades[1:] @ np.maximum(targets, 0.0)
            keep = [
                None if lesson.truth is not None else one
                for lesson, one in zip(fresh, foreseen, strict=True)
            ]
            tasks, features = [one.task for one in fresh], [one.features for one in fresh]
            newest |= dict.fromkeys(self._learner.add(tasks, features, encoded, targets, keep))
        if newest:
            is_idle = self.seen >= IDLE_AFTER and not self.is_informative
            of_step = OF_IDLE_STEP if is_idle else OF_STEP
            self._learner.learn(list(newest), of_step, self._hidden())
        if alarm:
            self._forget()

    def forget_name(self, task: str) -> None:
        """Keep what was learned from a task, but not its name, which a new task has now."""
        self._learner.window.forget_name(task)

    def saved(self) -> SavedMachine:
        """Return the state; the labeler may go on learning."""
        return SavedMachine(
            classes=list(self._classes.at),
            surprise=copy(self.surprise),
            scores=to_bytes(self._foresight.sharpness.people),
            frequencies=to_bytes(self._frequencies),
            learner=save(self._learner),
            sources=deepcopy(self._foresight.sources),
            of_gold=self._foresight.sharpness.gold_bytes(),
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
        self._classes = Classes(state.classes)
        self._foresight.restore(state.surprise, state.sources, state.scores, state.of_gold)
        if self._learner.window.foreseen.shape[1] != self._foresight.sharpness.views - 1:
            raise StateError("saved machine labeler: its tasks were foreseen by other views")
        self._frequencies = from_bytes(state.frequencies, np.float64, len(state.classes))

    def _hidden(self) -> list[list[int]]:
        """Return the columns of numbers that each view hides."""
        return self._foresight.hidden(list(self._classes.at), self._learner.inputs.numbers.at)

    def _judge(
        self,
        lessons: Sequence[Lesson],
        foreseen: Sequence[Floats | None],
        late: Sequence[tuple[Lesson, Floats]],
    ) -> bool:
        """Compare what was foreseen with what came; return whether that makes an alarm.

        `late` is gold of tasks that were learned before: it doesn't surprise again.
        """
        by_classes: dict[tuple[str, ...], list[int]] = {}
        for i, (lesson, found) in enumerate(zip(lessons, foreseen, strict=True)):
            if found is not None and self._classes.order(lesson.classes) is not None:
                by_classes.setdefault(lesson.classes, []).append(i)
        for i, (lesson, _) in enumerate(late, len(lessons)):
            by_classes.setdefault(lesson.classes, []).append(i)
        every = [*zip(lessons, foreseen, strict=True), *late]
        gains = [0.0] * len(every)
        for places in by_classes.values():
            known = [one for i in places if (one := every[i][1]) is not None]
            learned = self._compare([every[i][0] for i in places], known)
            for i, gain in zip(places, learned, strict=True):
                gains[i] = gain
        alarms = [self.surprise.learn(gain) for gain in gains[: len(lessons)]]
        return bool(alarms) and alarms[-1]

    def _late(
        self, lessons: Sequence[Lesson], places: Sequence[int | None]
    ) -> list[tuple[Lesson, Floats]]:
        """Return late gold, once, with what was foreseen before people's labels were learned."""
        late = []
        for lesson, place in zip(lessons, places, strict=True):
            order = self._classes.order(lesson.classes)
            if lesson.truth is None or place is None or order is None:
                continue
            kept = self._learner.window.take_foreseen(place)
            if not np.isnan(kept[0, order.columns]).any():
                late.append((replace(lesson, labeled=False), kept))
        return late

    def _compare(self, lessons: Sequence[Lesson], foreseen: Sequence[Floats]) -> list[float]:
        """Compare what was foreseen of tasks with what came; all have the same classes."""
        order = self._classes.order(lessons[0].classes)
        assert order is not None
        frequency = np.log(self._frequencies[order.columns] + 1.0)
        return self._foresight.judge(Foreseen.of(lessons, foreseen, order), frequency)

    def _forget(self) -> None:
        """Features changed meaning: keep what came since, and begin to learn it anew."""
        since = self.surprise.since
        self._foresight.forget()
        self._learner.forget(since)

    def _add_classes(self, names: Sequence[str]) -> None:
        new = self._classes.add(names)
        if new:
            self._learner.add_classes(new)
            self._frequencies = np.concatenate([self._frequencies, np.zeros(new)])

    def _whole(self, lesson: Lesson) -> list[float]:
        """Return a task's target over all classes of the project."""
        return self._classes.whole(lesson.classes, lesson.target)
