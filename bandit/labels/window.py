"""The recent tasks of a project, whose labels are weighed again as their labelers become known."""

from __future__ import annotations

from collections import Counter, OrderedDict
from itertools import islice
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from bandit.labels.confusion import Floats

TASKS = 1000
"""Tasks kept; each label has one older task weighed again, so each is some five times."""

SURE = 0.9
"""Chance of a class from which on a prior counts as sure."""


class LabeledTask(msgspec.Struct, eq=False, gc=False):
    """A task's labels: their labelers' slots, their pools, answers, numbers by labeler, and tilts.

    `classes` are the project's numbers of its classes; `answers` are places in them. `shares` are
    the chances of the classes as they were counted: shape (chains, classes), 0 if the task teaches
    nothing, or `None` before the first count, and `likelihood` those of the labels given each
    class, up to a factor. `prior` is the machine labeler's, if there was one; `gold` the place of
    the true class, if it is known, and `weight` how many tasks it stands for then; `level` the
    chances of the levels of ambiguity that were counted, and of a rival; `asked` the chance that
    people were asked. The first `counted` labels are counted, each for the classes that it was
    given for, the task's or its rival, by `label_shares`: shape (labels, chains, classes).
    """

    classes: tuple[int, ...]
    prior: Floats | None
    slots: list[int] = []
    pools: list[str] = []
    answers: list[int] = []
    numbers: list[int] = []
    tilts: list[float] = []
    shares: Floats | None = None
    likelihood: Floats | None = None
    level: Floats | None = None
    gold: int | None = None
    weight: float = 1.0
    asked: float = 1.0
    counted: int = 0
    label_shares: NDArray[np.float32] | None = None

    def add(self, slot: int, pool: str, answer: int, number: int, tilt: float) -> None:
        """Add a label: the `number`th of its labeler."""
        self.slots.append(slot)
        self.pools.append(pool)
        self.answers.append(answer)
        self.numbers.append(number)
        self.tilts.append(tilt)

    @property
    def teaches(self) -> bool:
        """Whether more is known than one label, which by itself shows nothing of its labeler."""
        return len(self.slots) > 1 or self.prior is not None or self.gold is not None

    @property
    def contradicts_prior(self) -> bool:
        """Whether at least two more labels contradict than confirm a prior that was sure."""
        if self.prior is None or self.prior[0].max() < SURE:
            return False
        agree = self.answers.count(int(self.prior[0].argmax()))
        return len(self.answers) - 2 * agree >= 2

    def drop(self, slot: int) -> None:
        """Drop the label of a labeler who is forgotten."""
        while slot in self.slots:
            at = self.slots.index(slot)
            columns: tuple[list[Any], ...] = (
                self.slots,
                self.pools,
                self.answers,
                self.numbers,
                self.tilts,
            )
            for column in columns:
                del column[at]
            if self.label_shares is not None and at < self.counted:
                self.label_shares = np.delete(self.label_shares, at, axis=0)
            self.counted -= at < self.counted


class Window:
    """The last tasks with labels, in the order in which they came.

    There are more than `TASKS` only until it shrinks.

    Examples
    --------
    >>> window = Window()
    >>> window.put("t1", LabeledTask((0, 1), None))
    >>> window.next()
    't1'
    """

    def __init__(self) -> None:
        self.tasks: OrderedDict[str, LabeledTask] = OrderedDict()
        self.classes = 0  # the sum over tasks
        self.labels = 0
        self._held: Counter[int] = Counter()  # labels by slot
        self.turn: list[str] = []  # tasks still to be weighed again in this round, the next last

    def get(self, task: str) -> LabeledTask | None:
        """Return a task, if it is recent enough."""
        return self.tasks.get(task)

    def put(self, task: str, labeled: LabeledTask) -> None:
        """Add a task."""
        self.tasks[task] = labeled
        self.classes += len(labeled.classes)
        for slot in labeled.slots:
            self.hold(slot)

    def shrink(self) -> list[LabeledTask]:
        """Forget the oldest tasks, where there are too many, and return them."""
        oldest = list(islice(self.tasks, max(0, len(self.tasks) - TASKS)))
        return [self.forget(task) for task in oldest]

    def forget(self, task: str) -> LabeledTask:
        """Forget a task and return it; what its labels said of their labelers stays."""
        labeled = self.tasks.pop(task)
        self.classes -= len(labeled.classes)
        self.labels -= len(labeled.slots)
        for slot in labeled.slots:
            self._held[slot] -= 1
            if not self._held[slot]:
                del self._held[slot]
        return labeled

    def hold(self, slot: int) -> None:
        """Note that a task got a label of the labeler at a slot."""
        self._held[slot] += 1
        self.labels += 1

    def drop(self, slot: int) -> None:
        """Drop all labels of a labeler who is forgotten: seldom any is left."""
        if held := self._held.pop(slot, 0):
            self.labels -= held
            for labeled in self.tasks.values():
                labeled.drop(slot)

    def next(self) -> str:
        """Return the task whose turn it is to be weighed again: each once a round."""
        while True:
            if not self.turn:
                self.turn = list(reversed(self.tasks))
            task = self.turn.pop()
            if task in self.tasks:
                return task
