"""Foresight: what was foreseen of tasks by each view, compared with people's labels and with gold.

What is foreseen without the predictions of a source, and with them alone, tells whether they can be
believed: see `bandit.machine.sharpness`.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.errors import StateError
from bandit.machine.sharpness import BELIEVED, FEATURES, OF_ONE, Sharpness
from bandit.machine.sources import Sources
from bandit.machine.surprise import Surprise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.machine.classes import Order
    from bandit.machine.lesson import Lesson

    Floats = NDArray[np.float64]


class Foreseen(NamedTuple):
    """What was foreseen of a task, and what came.

    Parameters
    ----------
    by_view
        Log-chances by each view: shape (views, K); NaN in views that there weren't then.
    labels
        P(people's labels | class) up to a factor, shape (K,); the same for all if there are none.
    weight
        1 / the chance that people were asked, if the labels are news; else 0.
    truth
        1 for the true class, shape (K,), if it is news.
    stands_for
        1 / the chance of the audit that found it; `None` if nobody knows.
    """

    by_view: Floats
    labels: Floats
    weight: float
    truth: Floats | None
    stands_for: float | None

    @classmethod
    def of(cls, lesson: Lesson, by_view: Floats, order: Order) -> Foreseen:
        """Return what was foreseen of a lesson's task, by all classes of the project."""
        labels, truth = order.ordered(lesson.likelihood), None
        if lesson.truth is not None:
            truth = order.ordered([float(name == lesson.truth) for name in lesson.classes])
        return cls(
            by_view[:, order.columns],
            labels / labels.max(),
            lesson.weight if lesson.labeled else 0.0,
            truth,
            lesson.stands_for,
        )


class Foresight:
    """The scores of all views, the sources of predictions, and the surprise by labels."""

    def __init__(self) -> None:
        self.surprise = Surprise()
        self.sharpness = Sharpness()
        self.sources = Sources()

    def meet(self, sources: Sequence[str], now: int) -> int:
        """Note sources of predictions; return how many views were added."""
        had = self.sharpness.views
        for number in self.sources.meet(sources, now):
            if self.sharpness.views == BELIEVED:
                self.sharpness.set_view(BELIEVED, FEATURES)
            self.sharpness.set_view(OF_ONE + number, FEATURES)
        return self.sharpness.views - had

    def hidden(self, names: Sequence[str], columns: Mapping[str, int]) -> list[list[int]]:
        """Return the columns that each view hides: of the features, in force, of each source.

        `names` are the project's classes, `columns` those of inputs that are numbers.
        """
        if not self.sources.doubted:
            return [[]]
        of = self.sources.columns(names, columns)
        every = [column for one in of for column in one]
        doubted = [
            column for at, one in enumerate(of) if self.sources.doubted[at] for column in one
        ]
        others = [[column for column in every if column not in one] for one in of]
        return [every, doubted, *others]

    def judge(self, tasks: Sequence[Foreseen], frequency: Floats) -> list[float]:
        """Compare what was foreseen of tasks with what came; return gains of the prior in force.

        All have the same classes, of which `frequency` are the log-chances: shape (K,).
        """
        z = np.array([one.by_view for one in tasks]).transpose(1, 0, 2)
        z = np.where(np.isnan(z), z[:1], z)
        z = np.insert(z, 1, frequency, axis=0)
        labels = np.array([one.labels for one in tasks])
        gains = [0.0] * len(tasks)
        golden = [i for i, one in enumerate(tasks) if one.truth is not None]
        if golden:
            usual = self.sharpness.usual_weight()
            stand_for = [tasks[i].stands_for or usual for i in golden]
            truth = np.array([tasks[i].truth for i in golden])
            found = self.sharpness.learn_gold(
                z[:, golden], labels[golden], truth, np.array(stand_for)
            )
            for i, gain in zip(golden, found, strict=True):
                gains[i] = gain
        labeled = [i for i, one in enumerate(tasks) if one.weight > 0.0]
        if labeled:
            weights = np.array([tasks[i].weight for i in labeled])
            found = self.sharpness.learn(z[:, labeled], labels[labeled], weights)
            for i, gain in zip(labeled, found, strict=True):
                gains[i] = gain
        self._doubt()
        return gains

    def restore(self, surprise: Surprise, sources: Sources, people: bytes, gold: bytes) -> None:
        """Set the state.

        Raises
        ------
        StateError
            If its parts don't fit together.
        """
        if len(sources.doubted) != len(sources.known.seen):
            raise StateError("saved machine labeler: doubts of other sources than there are")
        views = OF_ONE + len(sources.doubted) if sources.doubted else BELIEVED
        self.surprise, self.sources = copy(surprise), deepcopy(sources)
        self.sharpness = Sharpness.from_bytes(views, people, gold)

    def forget(self) -> None:
        """Forget what was foreseen: features have changed their meaning."""
        self.surprise.forget()
        views = self.sharpness.views
        self.sharpness = Sharpness()
        for view in range(BELIEVED, views):
            self.sharpness.set_view(view, FEATURES)
        self._doubt()

    def _doubt(self) -> None:
        """Note whose predictions are doubted; the view in force begins with another's scores."""
        doubted = self.sharpness.doubted(self.sources.doubted)
        if doubted == self.sources.doubted:
            return
        self.sources.doubted = doubted
        totals = self.sharpness.people.max(axis=(1, 2))
        believed = [OF_ONE + at for at, one in enumerate(doubted) if not one]
        like = max(believed, key=totals.__getitem__, default=FEATURES)
        self.sharpness.set_view(BELIEVED, like)
