"""The recent tasks of a project, whose labels are weighed again as their labelers become known."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bandit.labels.labelers import CHAINS

if TYPE_CHECKING:
    from bandit.labels.confusion import Floats, Ints

TASKS = 1000
"""Tasks kept; each label has one older task weighed again, so each is some five times."""


class Cells(NamedTuple):
    """A task's labels as arrays, and where they are counted: shape (labels, chains, classes).

    Classes and answers that have no number aren't counted. `counts` is an index into the counts of
    the labelers, `within` one into arrays of all labels and all classes of the task; `classes` are
    the project's numbers of the classes at `known`.
    """

    slots: Ints
    answers: Ints
    numbers: Ints
    tilts: Floats
    counts: tuple[Ints, ...]
    within: tuple[Any, ...]
    classes: Ints
    known: Ints | slice


@dataclass(slots=True)
class LabeledTask:
    """A task's labels: their labelers' slots, their pools, answers, numbers by labeler, and tilts.

    `classes` are the project's numbers of its classes; `answers` are places in them. `shares` are
    the chances of the classes as they were counted: shape (chains, classes), or `None` before the
    first count, and `likelihood` those of the labels given each class, up to a factor. `prior` is
    the machine labeler's, if there was one; `gold` the place of the true class, if it is known, and
    `weight` how many tasks it stands for then; `level` the chances of the levels of ambiguity that
    were counted; `asked` the chance that people were asked.
    """

    classes: tuple[int, ...]
    prior: Floats | None
    slots: list[int] = field(default_factory=list)
    pools: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    tilts: list[float] = field(default_factory=list)
    shares: Floats | None = None
    likelihood: Floats | None = None
    level: Floats | None = None
    gold: int | None = None
    weight: float = 1.0
    asked: float = 1.0
    _cells: Cells | None = None

    def add(self, slot: int, pool: str, answer: int, number: int, tilt: float) -> None:
        """Add a label: the `number`th of its labeler."""
        self.slots.append(slot)
        self.pools.append(pool)
        self.answers.append(answer)
        self.numbers.append(number)
        self.tilts.append(tilt)
        self._cells = None

    def cells(self) -> Cells:
        """Return its labels as arrays, and where they are counted."""
        if self._cells is None:
            self._cells = self._arrays()
        return self._cells

    def _arrays(self) -> Cells:
        chosen = np.array(self.classes)
        answers = np.array(self.answers)
        named = chosen[answers]
        chains = np.arange(CHAINS)[None, :, None]
        labels = np.flatnonzero(named >= 0)
        known = np.flatnonzero(chosen >= 0)
        rows, columns = labels[:, None, None], known[None, None, :]
        is_whole = len(known) == len(chosen) and len(labels) == len(answers)
        return Cells(
            np.array(self.slots),
            answers,
            np.array(self.numbers),
            np.array(self.tilts),
            (rows, chains, chosen[columns], named[labels][:, None, None]),
            (slice(None),) if is_whole else (rows, chains, columns),
            chosen[known],
            slice(None) if is_whole else known,
        )

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
            self._cells = None


class Window:
    """The last `TASKS` tasks with labels, in the order in which they came.

    Examples
    --------
    >>> window = Window()
    >>> window.put("t1", LabeledTask((0, 1), None))
    >>> window.next() is window.get("t1")
    True
    """

    def __init__(self) -> None:
        self.tasks: OrderedDict[str, LabeledTask] = OrderedDict()
        self.turn: list[str] = []  # tasks still to be weighed again in this round, the next last

    def get(self, task: str) -> LabeledTask | None:
        """Return a task, if it is recent enough."""
        return self.tasks.get(task)

    def put(self, task: str, labeled: LabeledTask) -> None:
        """Add a task; the oldest goes when there are too many."""
        self.tasks[task] = labeled
        if len(self.tasks) > TASKS:
            self.tasks.popitem(last=False)

    def next(self) -> LabeledTask:
        """Return the task whose turn it is to be weighed again: each once a round."""
        while True:
            if not self.turn:
                self.turn = list(reversed(self.tasks))
            labeled = self.tasks.get(self.turn.pop())
            if labeled is not None:
                return labeled
