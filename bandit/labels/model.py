"""The model of one project's labels: what is known of its labelers, and what labels say of a task.

It learns by collapsed variational Bayes (CVB0; Asuncion, Welling, Smyth and Teh 2009, UAI): each
task's labels are counted by the chances of its classes, which are computed from all other counts.

    infer(task): take its counts out, compute its chances from its labels, put them back.

Tasks of a block (`bandit.labels.blocks`) are inferred together, each from the counts before.

Two chains of counts explain the same labels: in the first, classes are rare or frequent; in the
second, labelers prefer some answers. Label frequencies look alike under both, so each is weighed
by how well it foresaw the labels of tasks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.agreement import needed
from bandit.labels.ambiguity import joint, level_weights
from bandit.labels.beliefs import LabelBeliefs
from bandit.labels.blocks import (
    Cells,
    block_of,
    chunks,
    labels_of_block,
    level_changes,
    nats_foreseen,
)
from bandit.labels.class_shares import with_gold
from bandit.labels.confusion import answer_chances, labeler_rows
from bandit.labels.copying import learn_copying, mixed_in_block
from bandit.labels.label_shares import counted_shares, new_shares
from bandit.labels.labelers import CHAINS, DECAY, alike
from bandit.labels.preferred import best_labelers
from bandit.labels.some_classes import add_of_some, counts_of_some, rows_of_some
from bandit.labels.window import LabeledTask, Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.labels.ambiguity import Joint
    from bandit.labels.blocks import Block
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
        prior: Mapping[str, float] | None = None,
        known: tuple[float, float] = NOTHING,
        of_pool: tuple[float, float] = NOTHING,
        tilt: float = 1.0,
        truth: str | None = None,
        audit_chance: float | None = None,
    ) -> LabeledTask:
        """Take in a label; return its task. With the last of a block, learn them all.

        `known` and `of_pool` are the labels of the labeler and of the pool, those that were right
        and all, from which a new one starts; `tilt` is a factor on the odds that it is right. A
        `truth` that comes with it is taken in as by `gold`.
        """
        self._meet(classes)
        labeled = self.window.get(task)
        if labeled is None:
            before = self.given_prior(classes, prior) if prior else None
            labeled = LabeledTask(self.numbers(classes), before)
            self.window.put(task, labeled)
            self.tasks += 1
        if pool not in self.labelers.pools or labeler not in self.labelers.slots:
            self.memo.clear()
        at = self.labelers.pool(pool, *of_pool)
        slot = self.labelers.slot(labeler, at, *known)
        labeled.add(slot, pool, classes.index(answer), self.labelers.count(slot), tilt)
        self.window.hold(slot)
        number = self.classes.get(answer)
        if number is not None:
            self.labelers.say(at, number)
        self.labels += 1
        self.waiting += 1
        if truth is not None:
            self._set_gold(labeled, classes.index(truth), audit_chance)
        self._wait(task)
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
        self._set_gold(labeled, classes.index(answer), chance)
        if labeled.slots:
            self._wait(task)
        return True

    def learn(self) -> None:
        """Weigh the tasks that wait and, for each of their new labels, an older one again."""
        if not self.pending:
            return
        window = self.window
        older = [window.next() for _ in range(min(self.waiting, len(window.tasks)))]
        found = [window.get(task) for task in dict.fromkeys([*self.pending, *older])]
        self.pending, self.waiting = [], 0
        self.memo.clear()
        for tasks in chunks([task for task in found if task is not None and task.slots]):
            self._infer(tasks)
        news = self.labels + self.labelers.golds
        if news >= self.updated_at + ROWS_EVERY or self.labels < 10 * ROWS_EVERY:
            self._update()
            self.updated_at = news
        if self.labels >= min(self.ranked_at * RANK_EVERY, self.ranked_at + MOST_BETWEEN):
            self.labelers.alike = alike(self.labelers)
            self.best = best_labelers(self.labelers)
            self.ranked_at = self.labels
        for gone in self.window.shrink():
            self.fade(gone)
        self.memo.clear()

    def _set_gold(self, labeled: LabeledTask, true_class: int, chance: float | None) -> None:
        if labeled.gold is None:
            self.labelers.golds = golds = self.labelers.golds + 1
            self.memo.clear()
            stands_for = self.tasks / golds if chance is None else 1.0 / chance
            labeled.weight = weight = min(MOST_WEIGHT, stands_for)
            if (number := labeled.classes[true_class]) >= 0:
                self.gold_counts = with_gold(self.gold_counts, number, weight, golds)
        labeled.gold = true_class

    def forget(self, labeler: str) -> None:
        """Forget a labeler; what their labels said of the pool stays."""
        slot = self.labelers.forget(labeler)
        if slot is not None:
            self.memo.clear()
            self.best = {
                pool: tuple([one for one in names if one != labeler]) if labeler in names else names
                for pool, names in self.best.items()
            }
            self.window.drop(slot)

    def forget_task(self, task: str) -> None:
        """Forget a recent task; what its labels said stays."""
        self.fade(self.window.forget(task))

    def forget_tasks(self) -> None:
        """Forget the recent tasks; what their labels said stays, but of those that wait."""
        self.past.classes, self.past.levels = self.class_counts.copy(), self.level_counts.copy()
        self.window = Window()
        self.pending, self.waiting = [], 0

    def forget_priors(self) -> None:
        """Forget what was known of the recent tasks without labels: they are weighed without it.

        That happens as it is their turn.
        """
        for labeled in self.window.tasks.values():
            labeled.prior = None

    def _wait(self, task: str) -> None:
        """Let a task with news wait until there is enough for a block."""
        if task not in self.pending:
            self.pending.append(task)
        most = labels_of_block(self.labels)
        if self.waiting >= most or len(self.pending) > most:
            self.learn()

    def _infer(self, tasks: Sequence[LabeledTask]) -> None:
        """Weigh tasks by all counts but their own, and count their labels by the result.

        All have the same classes.
        """
        known, classes = self.labelers, tasks[0].classes
        block = block_of(tasks, known.pools)
        k = len(classes)
        slots, place = known.distinct(block.slots)
        before = known.of(slots)
        news = np.bincount(place[block.is_new], minlength=len(slots))
        faded = before * (DECAY**news)[:, None, None, None]
        counts = faded[place]
        fade = (DECAY ** (known.given[block.slots] - block.numbers))[:, None, None]
        nothing = np.zeros((CHAINS, k))
        shares = np.concatenate([nothing if task.shares is None else task.shares for task in tasks])
        shares = shares.reshape(len(tasks), CHAINS, k)
        counted = fade * counted_shares(tasks, block)
        cells = Cells.of(classes, known.n_classes, block.answers)
        counts.reshape(-1)[cells.places(np.arange(len(place)))] -= counted[cells.within]
        np.maximum(counts, 0.0, out=counts)
        prior = self.learned_prior(classes, shares)
        for i, task in enumerate(tasks):
            if task.prior is not None:
                prior[i] = task.prior
        of_pools = rows_of_some(classes, known.rows)[block.pools]
        counts = counts_of_some(classes, counts)
        rows = labeler_rows(counts, of_pools, known.strengths(k), self.odds_of(block.pools))
        if needed(known.golds, self.updated_at):
            self.agreement.learn(tasks, block, rows, counts, prior, self.levels)
        own = answer_chances(rows, block.answers, block.tilts)
        chances = mixed_in_block(self.copying, tasks, block, own)
        found = joint(chances, block.grouped, prior, self.levels)
        teach = np.array([task.teaches for task in tasks])
        self._score(block, teach, chances, prior, found)
        learn_copying(
            self.copying, tasks, block, own, chances, prior, self.levels, self.chain_weights
        )
        self.level_counts += level_changes(tasks, block.grouped, found)
        after = found.posterior()
        likelihood = after / prior
        golden = {i: task.gold for i, task in enumerate(tasks) if task.gold is not None}
        after[[*golden]] = 0.0
        after[[*golden], :, [*golden.values()]] = 1.0
        after[~teach] = 0.0
        for task, task.shares, task.likelihood in zip(tasks, after, likelihood, strict=True):
            task.counted = len(task.slots)
        change = (fade * new_shares(tasks, block, found, chances, after) - counted)[cells.within]
        np.add.at(faded.reshape(-1), cells.places(place), change)
        known.put(slots, before, np.maximum(faded, 0.0, out=faded), news)
        self.memo.clear()  # the chains' weights: how often labelers are right in each
        add_of_some(classes, self.class_counts, (after - shares).sum(axis=0))

    def _score(
        self, block: Block, teach: NDArray[np.bool_], chances: Floats, prior: Floats, found: Joint
    ) -> None:
        """Score the chains by how well they foresaw the new labels of tasks that teach."""
        news = block.of[block.is_new & teach[block.of]]
        if len(news):
            foreseen = nats_foreseen(block, news, chances, prior, self.levels, found)
            self.scores = MEMORY ** len(news) * self.scores + foreseen
            self.memo.clear()  # the chains' weights

    def _update(self) -> None:
        """Compute anew what changes slowly: pools' rows, shares of classes, weights of levels."""
        self.labelers.update_rows()
        self.update_shares()
        counts = self.chain_weights() @ self.level_counts
        self.levels = level_weights(counts, one_pool=self.one_pool)

    def _meet(self, classes: Sequence[str]) -> None:
        """Number the classes that are new, as long as there is room."""
        known = self.classes
        if len(known) == MOST_CLASSES or all(name in known for name in classes):
            return
        for name in classes:
            if len(known) < MOST_CLASSES:
                known.setdefault(name, len(known))
        self.memo.clear()
        self.numbered.clear()
        more = len(known) - self.labelers.n_classes
        self.labelers.widen(len(known))
        self.class_counts = np.pad(self.class_counts, ((0, 0), (0, more)))
        self.gold_counts = np.pad(self.gold_counts, ((0, 0), (0, more)))
        self.past.widen(more)
        self.update_shares()
