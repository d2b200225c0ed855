"""Foresight: what was foreseen of tasks by each view, compared with people's labels and with gold.

What is foreseen without the predictions of a source, and with them alone, tells whether they can be
believed: see `bandit.machine.sharpness`.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.errors import StateError
from bandit.machine.sharpened import ALL, Sharpened
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
    """What was foreseen of tasks with the same classes, and what came.

    Parameters
    ----------
    by_view
        Log-chances by each view: shape (views, n, K); NaN in views that there weren't then.
    labels
        P(people's labels | class) up to a factor, shape (n, K); the same for all classes if a task
        has none.
    weights
        1 / the chance that people were asked, if the labels are news; else 0. Shape (n,).
    golden
        The places of tasks whose truth is news.
    truth
        1 for their true class: shape (golden, K).
    stand_for
        1 / the chance of the audits that found it; `None` where nobody knows.
    """

    by_view: Floats
    labels: Floats
    weights: Floats
    golden: list[int]
    truth: Floats
    stand_for: list[float | None]

    @classmethod
    def of(cls, lessons: Sequence[Lesson], by_view: Sequence[Floats], order: Order) -> Foreseen:
        """Return what was foreseen of the tasks of lessons.

        `by_view` has all classes of the project, `order` the columns of those of the tasks.
        """
        labels = order.ordered([lesson.likelihood for lesson in lessons])
        golden = [i for i, lesson in enumerate(lessons) if lesson.truth is not None]
        known = [lessons[i] for i in golden]
        truth = [[float(name == one.truth) for name in one.classes] for one in known]
        return cls(
            np.array(by_view)[..., order.columns].swapaxes(0, 1),
            labels / np.maximum.reduce(labels, axis=1, keepdims=True),
            np.array([lesson.weight if lesson.labeled else 0.0 for lesson in lessons]),
            golden,
            order.ordered(truth),
            [one.stands_for for one in known],
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
        """Return the columns that each view hides.

        The first view has the features alone, the second all predictions that are believed, too,
        each further one those of one source. `names` are the project's classes, `columns` those of
        inputs that are numbers.
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

    def in_force(self, hidden: Sequence[list[int]]) -> list[list[int]]:
        """Return, of the columns that each view hides, those of the views that make the prior."""
        views = [part.view for part in self.sharpness.mixture.parts]
        return [hidden[view if view == FEATURES else view - 1] for view in views]

    def judge(self, tasks: Foreseen, frequency: Floats) -> list[float]:
        """Compare what was foreseen of tasks with what came; return gains of the prior in force.

        `frequency` are the log-chances of the tasks' classes: shape (K,).
        """
        views, n, k = tasks.by_view.shape
        z = np.empty((views + 1, n, k))
        z[0], z[1], z[2:] = tasks.by_view[0], frequency, tasks.by_view[1:]
        if views > 1:
            z = np.where(np.isnan(z), z[:1], z)
        sharpened = Sharpened(z)
        of_labels = sharpened.nats(tasks.labels)
        gains = np.zeros(n)
        if tasks.golden:
            golden = _some(tasks.golden, n)
            usual = self.sharpness.usual_weight()
            labels = tasks.labels[golden]
            beyond = sharpened.nats(labels * tasks.truth, golden) - of_labels[:, golden]
            gains[golden] = self.sharpness.learn_gold(
                beyond,
                labels.min(axis=1) < labels.max(axis=1),
                np.array([one or usual for one in tasks.stand_for]),
            )
        labeled = _some(np.flatnonzero(tasks.weights > 0.0).tolist(), n)
        if labeled:
            gains[labeled] = self.sharpness.learn(of_labels[:, labeled], tasks.weights[labeled])
        self._doubt()
        found: list[float] = gains.tolist()
        return found

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
        """Note whose predictions are doubted; the view of those believed begins with another's."""
        doubted = self.sharpness.doubted(self.sources.doubted)
        if doubted == self.sources.doubted:
            return
        self.sources.doubted = doubted
        totals = self.sharpness.people.max(axis=(1, 2))
        believed = [OF_ONE + at for at, one in enumerate(doubted) if not one]
        like = max(believed, key=totals.__getitem__, default=FEATURES)
        self.sharpness.set_view(BELIEVED, like)


def _some(places: list[int], n: int) -> slice | list[int]:
    """Return the index of some of n tasks: a slice, which is faster, if it is all."""
    return ALL if len(places) == n else places
