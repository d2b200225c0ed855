"""The model of one project's labels: what is known of its labelers, and what labels say of a task.

It learns by collapsed variational Bayes (CVB0; Asuncion, Welling, Smyth and Teh 2009, UAI): each
task's labels are counted by the chances of its classes, which are computed from all other counts.

    infer(task): take its counts out, compute its chances from its labels, put them back.

Two chains of counts explain the same labels: in the first, classes are rare or frequent; in the
second, labelers prefer some answers. Label frequencies look alike under both, so each is weighed
by how well it foresaw the next label of a task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.ambiguity import joint, level_weights
from bandit.labels.beliefs import LabelBeliefs
from bandit.labels.confusion import answer_chances
from bandit.labels.labelers import DECAY, best_labelers, strength
from bandit.labels.some_classes import counts_of_some, rows_of_some
from bandit.labels.window import LabeledTask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.confusion import Floats

MEMORY = 0.998
"""Factor on a chain's score for each label that it foresaw."""
MOST_WEIGHT = 50.0
"""Most tasks that one with gold stands for when levels of ambiguity are learned."""
ROWS_EVERY = 8
"""Labels after which the rows of the pools are computed anew."""
RANK_EVERY, MOST_BETWEEN = 1.1, 20_000
"""Factor of labels after which the best labelers of the pools are found anew, and most labels."""
MOST_CLASSES = 16
"""Classes of a project that have rows of their own: a labeler's counts are 2 K^2 numbers."""
NOTHING = (0.0, 0.0)


class LabelModel(LabelBeliefs):
    """What the labels of one project show of its labelers, its classes and its tasks.

    Examples
    --------
    >>> from bandit.labels.weighed import Answer
    >>> model = LabelModel()
    >>> for i in range(40):
    ...     for labeler in ("ann", "bob"):
    ...         _ = model.observe(
    ...             f"t{i}", ("yes", "no"), "crowd", labeler, "yes" if i % 2 else "no"
    ...         )
    >>> said = model.weigh(("yes", "no"), [Answer("crowd", "ann", "yes")])
    >>> round(said.posterior()[0].item(), 1)
    0.9
    """

    def observe(
        self,
        task: str,
        classes: Sequence[str],
        pool: str,
        labeler: str,
        answer: str,
        prior: Sequence[float] | None = None,
        known: tuple[float, float] = NOTHING,
        of_pool: tuple[float, float] = NOTHING,
        tilt: float = 1.0,
    ) -> LabeledTask:
        """Count a label, weigh its task, and weigh an older task again; return its task.

        `known` and `of_pool` are the labels of the labeler and of the pool, those that were right
        and all, from which a new one starts; `tilt` is a factor on the odds that it is right.
        """
        self._meet(classes)
        labeled = self.window.get(task)
        if labeled is None:
            before = None if prior is None else self.given_prior(prior)
            labeled = LabeledTask(self.numbers(classes), before)
            self.window.put(task, labeled)
            self.tasks += 1
        at = self.labelers.pool(pool, *of_pool)
        slot = self.labelers.slot(labeler, at, *known)
        labeled.add(slot, pool, classes.index(answer), self.labelers.count(slot), tilt)
        number = self.classes.get(answer)
        if number is not None:
            self.labelers.said[at, number] += 1.0
        self.labels += 1
        self._infer(labeled, is_new=True)
        self._infer(self.window.next(), is_new=False)
        if self.labels % ROWS_EVERY == 0 or self.labels < 10 * ROWS_EVERY:
            self._update()
        if self.labels >= min(self.ranked_at * RANK_EVERY, self.ranked_at + MOST_BETWEEN):
            self.best = best_labelers(self.labelers)
            self.ranked_at = self.labels
        return labeled

    def gold(
        self, task: str, classes: Sequence[str], answer: str, chance: float | None = None
    ) -> bool:
        """Take in a task's true class; return whether the task is recent enough to be known.

        `chance` is that of the audit that found it; other gold is taken for a share of all tasks.
        """
        labeled = self.window.get(task)
        if labeled is None:
            return False
        if labeled.gold is None:
            self.labelers.golds += 1
            stands_for = self.tasks / self.labelers.golds if chance is None else 1.0 / chance
            labeled.weight = min(MOST_WEIGHT, stands_for)
        labeled.gold = classes.index(answer)
        self._infer(labeled, is_new=False)
        if self.labelers.golds % ROWS_EVERY == 0:
            self._update()
        return True

    def forget(self, labeler: str) -> None:
        """Forget a labeler; what their labels said of the pool stays."""
        slot = self.labelers.forget(labeler)
        if slot is not None:
            self.best = {
                pool: tuple([name for name in names if name != labeler])
                for pool, names in self.best.items()
            }
            for labeled in self.window.tasks.values():
                labeled.drop(slot)

    def _infer(self, labeled: LabeledTask, *, is_new: bool) -> None:
        """Weigh a task by all counts but its own, and count its labels by the result."""
        if not labeled.slots:
            return
        known, classes, cells = self.labelers, labeled.classes, labeled.cells()
        before = known.of(cells.slots)
        counts = before.copy()
        fade = DECAY ** (known.given[cells.slots] - cells.numbers)[:, None, None]
        if is_new:
            counts[-1] *= DECAY
        if labeled.shares is not None:
            own = fade * labeled.shares
            if is_new:
                own[-1] = 0.0
            counts[cells.counts] -= own[cells.within]
            np.maximum(counts, 0.0, out=counts)
            self.class_counts[:, cells.classes] -= labeled.shares[:, cells.known]
        prior = self.learned_prior(classes) if labeled.prior is None else labeled.prior
        chances = answer_chances(
            counts_of_some(classes, counts),
            rows_of_some(classes, known.rows_of(labeled.pools)),
            cells.answers,
            strength(len(classes), known.golds),
            cells.tilts,
        )
        found = joint(chances, labeled.pools, prior, self.levels)
        shares = found.posterior()
        labeled.likelihood = shares / prior
        if is_new:
            foreseen = prior if labeled.shares is None else labeled.shares
            self.scores = MEMORY * self.scores + np.log((foreseen * chances[-1]).sum(axis=1))
        if labeled.gold is not None:
            shares = np.zeros_like(shares)
            shares[:, labeled.gold] = 1.0
        if len(labeled.slots) > 1:
            self._count_level(labeled, found.level_shares(labeled.gold))
        counts[cells.counts] += (fade * shares)[cells.within]
        known.put(cells.slots, before, counts)
        self.class_counts[:, cells.classes] += shares[:, cells.known]
        labeled.shares = shares

    def _update(self) -> None:
        """Compute anew what changes slowly: the rows of the pools and the weights of levels."""
        self.labelers.update_rows()
        self.one_pool = len(self.labelers.pools) <= 1
        counts = self.chain_weights() @ self.level_counts
        self.levels = level_weights(counts, one_pool=self.one_pool)

    def _count_level(self, labeled: LabeledTask, level: Floats) -> None:
        """Count the chances of the levels of a task with two labels or more."""
        if labeled.level is not None:
            self.level_counts -= labeled.level
        labeled.level = labeled.weight * level
        self.level_counts += labeled.level

    def _meet(self, classes: Sequence[str]) -> None:
        """Number the classes that are new, as long as there is room."""
        known = self.classes
        if all(name in known for name in classes):
            return
        for name in classes:
            if len(known) < MOST_CLASSES:
                known.setdefault(name, len(known))
        more = len(known) - self.labelers.n_classes
        self.labelers.widen(len(known))
        self.class_counts = np.pad(self.class_counts, ((0, 0), (0, more)))
