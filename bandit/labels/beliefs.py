"""What the model of a project's labels believes: of labelers, classes, and a task's labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.agreement import Agreement
from bandit.labels.ambiguity import LEVELS, level_weights
from bandit.labels.class_shares import classes_in_gold, held_counts, shares_behind
from bandit.labels.confusion import (
    EVEN_STRENGTH,
    answer_chances,
    answer_chances_of_one,
    labeler_rows,
    tilted,
)
from bandit.labels.copying import Copying
from bandit.labels.label_shares import without_own
from bandit.labels.labelers import CHAINS, Labelers
from bandit.labels.memo import Memo
from bandit.labels.past import Past
from bandit.labels.some_classes import UNKNOWN, counts_of_some, rows_of_some
from bandit.labels.weighed import WeighedLabels
from bandit.labels.window import Window

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bandit.labels.confusion import Floats, Ints
    from bandit.labels.weighed import Answer
    from bandit.labels.window import LabeledTask

VERDICT_POWER = 0.4
"""Power of the learned class prior in a verdict: nearly none, while learning uses it whole."""
PRIOR_STRENGTH = 50.0
"""Tasks with gold that the learned class prior counts for in a verdict."""
HANDICAP = 3.0
"""Log odds against the second chain, before any label."""
LEAST_PRIOR = 1e-6
"""Least chance of a class without labels: people can always correct the machine labeler."""
NEGLIGIBLE = 0.01
"""Weight below which a chain isn't used."""


class LabelBeliefs:
    """The state of the model, and what follows from it; `bandit.labels.model` changes it."""

    def __init__(self) -> None:
        self.classes: dict[str, int] = {}
        self.labelers = Labelers(0)
        self.window = Window()
        self.past = Past()
        self.class_counts = np.zeros((CHAINS, 0))
        self.shares_in_labels = np.zeros(0)
        self.gold_counts = np.zeros((2, 0))
        self.scores = np.zeros(CHAINS)
        self.level_counts = np.zeros((CHAINS, len(LEVELS) + 1))
        self.levels = level_weights(self.level_counts[0], one_pool=True)
        self.copying = Copying()
        self.agreement = Agreement()
        self.tasks = 0
        self.labels = 0
        self.pending: list[str] = []
        self.waiting = 0
        self.updated_at = 0
        self.best: dict[str, tuple[str, ...]] = {}
        self.ranked_at = 0
        self.memo = Memo()
        self.numbered = Memo()  # numbers of classes by their names, until a class is new

    @property
    def one_pool(self) -> bool:
        """Whether all labels have come from one pool: what its labelers share can't be seen."""
        return len(self.labelers.pools) <= 1

    def chain_weights(self) -> Floats:
        """Return the weight of each chain; 0 where it is negligible."""
        return self.memo.get("chains", self._chain_weights)

    def _chain_weights(self) -> Floats:
        first, second = (self.scores - self.labelers.doubts()).tolist()
        odds = math.exp(max(-50.0, min(50.0, second - HANDICAP - first)))
        second = odds / (1.0 + odds)
        if second < NEGLIGIBLE:
            second = 0.0
        elif second > 1.0 - NEGLIGIBLE:
            second = 1.0
        return np.array([1.0 - second, second])

    def update_shares(self) -> None:
        """Compute anew which shares of the classes the frequencies of labels show.

        Only when the pools' rows are, too: between, labels come in that aren't learned yet.
        """
        said = self.labelers.said.sum(axis=0) + EVEN_STRENGTH
        self.shares_in_labels = shares_behind(said, self.labelers.right_rates()[0].item())

    def fade(self, gone: LabeledTask) -> None:
        """Let a task leave the window, and what tasks before it showed fade."""
        faded = self.past.take(gone)
        self.class_counts -= faded.classes
        self.level_counts -= faded.levels
        self.memo.clear()

    def learned_prior(self, classes: tuple[int, ...], without: Floats) -> Floats:
        """Return the chances of the classes that each chain has learned: (tasks, chains, classes).

        `without` are the chances of the classes of tasks that don't count, of the same shape.
        """
        counts = np.full(without.shape, EVEN_STRENGTH)
        chosen = np.array(classes)
        known = chosen >= 0
        if classes == tuple(range(len(self.shares_in_labels))):
            own = self.class_counts[0] - without[:, 0].copy("F")  # sums as below, to the bit
            in_labels = self.shares_in_labels
            counts[:, 0] += held_counts(own, in_labels / in_labels.sum())
        elif known.any():
            own = self.class_counts[0, chosen[known]] - without[:, 0, known]
            in_labels = self.shares_in_labels[chosen[known]]
            counts[:, 0, known] += held_counts(own, in_labels / in_labels.sum())
        shares: Floats = counts / counts.sum(axis=2, keepdims=True)
        return shares

    def verdict_prior(self, classes: tuple[int, ...]) -> Floats:
        """Return the chances of the classes that count in a verdict: shape (chains, classes)."""
        return self.memo.get(("prior", classes), lambda: self._verdict_prior(classes))

    def _verdict_prior(self, classes: tuple[int, ...]) -> Floats:
        prior = self.learned_prior(classes, np.zeros((1, CHAINS, len(classes))))[0] ** VERDICT_POWER
        prior *= PRIOR_STRENGTH / prior.sum(axis=1, keepdims=True)
        prior += classes_in_gold(self.gold_counts, classes)
        shares: Floats = prior / prior.sum(axis=1, keepdims=True)
        return shares

    def given_prior(self, classes: Sequence[str], chances: Mapping[str, float]) -> Floats:
        """Return chances that are known without labels, the same for each chain."""
        known = np.maximum([chances.get(name, 0.0) for name in classes], LEAST_PRIOR)
        return np.stack([known / known.sum()] * CHAINS)

    def weigh(
        self,
        classes: Sequence[str],
        labels: Sequence[Answer],
        prior: Mapping[str, float] | None = None,
        task: str | None = None,
    ) -> WeighedLabels:
        """Return what labels say of a task.

        `prior` are chances of the classes that are known without labels, if there are any. What
        the counts of labelers hold of labels of the `task` itself is left out; pools' rows and
        what else changes slowly still hold it. Nothing is learned.
        """
        if not labels and not prior:  # the same for all tasks
            classes = tuple(classes)
            return self.memo.get(("none", classes), lambda: self._weigh(classes, (), None, None))
        labeled = None if task is None or not labels else self.window.get(task)
        if labeled is not None and labeled.label_shares is None:
            labeled = None
        return self._weigh(classes, labels, prior, labeled)

    def _weigh(
        self,
        classes: Sequence[str],
        labels: Sequence[Answer],
        prior: Mapping[str, float] | None,
        labeled: LabeledTask | None,
    ) -> WeighedLabels:
        if prior:
            before = self.given_prior(classes, prior)
        else:
            before = self.verdict_prior(self.numbers(classes))
        pools = tuple([label.pool for label in labels])
        said = [label.answer for label in labels]
        return WeighedLabels(
            self.chain_weights(),
            self.levels,
            before,
            self.copying.mixed(self._label_chances(classes, labels, labeled), pools, said),
            pools,
        )

    def _label_chances(
        self, classes: Sequence[str], labels: Sequence[Answer], labeled: LabeledTask | None
    ) -> Floats:
        """Return P(label | class) for labels that aren't counted: (labels, chains, classes)."""
        if not labels:
            return np.zeros((0, CHAINS, len(classes)))
        if len(labels) == 1 and labeled is None:  # most often
            (label,), (rows,) = labels, self._labeler_rows(classes, labels)
            return answer_chances_of_one(rows, classes.index(label.answer), label.tilt)[None]
        if labeled is None:
            rows = np.array(self._labeler_rows(classes, labels))
        else:
            rows = self._rows(classes, labels, labeled)
        answers = np.array([classes.index(label.answer) for label in labels])
        return answer_chances(rows, answers, np.array([label.tilt for label in labels]))

    def _labeler_rows(self, classes: Sequence[str], labels: Sequence[Answer]) -> list[Floats]:
        """Return the rows of those who gave labels, each computed once."""
        numbers = self.numbers(classes)
        keys = [("rows of", numbers, label.pool, label.labeler) for label in labels]
        found = [self.memo.find(key) for key in keys]
        new = [i for i, rows in enumerate(found) if rows is None]
        if new:
            rows = self._rows(classes, [labels[i] for i in new], None)
            for i, one in zip(new, rows, strict=True):
                found[i] = self.memo.keep(keys[i], one)
        return found

    def _rows(
        self, classes: Sequence[str], labels: Sequence[Answer], labeled: LabeledTask | None
    ) -> Floats:
        """Return the rows of those who gave labels, by all labels but those of one task."""
        known, pools = self.labelers, [label.pool for label in labels]
        slots = [known.slots.get(label.labeler, UNKNOWN) for label in labels]
        counts = known.of(slots)
        if UNKNOWN in slots:
            counts[[i for i, slot in enumerate(slots) if slot == UNKNOWN]] = 0.0
        if labeled is not None:
            counts = without_own(counts, slots, labeled, known)
        counts = counts_of_some(self.numbers(classes), counts)
        of_pools, towards = self.counted_rows(classes, pools), known.strengths(len(classes))
        return labeler_rows(counts, of_pools, towards, self.odds(pools))

    def pool_rows(self, classes: Sequence[str], pools: Sequence[str]) -> Floats:
        """Return P(answer | class) of the pools' next labels: (pools, chains, classes, classes)."""
        if not pools:
            return np.zeros((0, CHAINS, len(classes), len(classes)))
        odds = self.odds(pools)
        if odds is None:
            return self.counted_rows(classes, pools)
        return self.memo.get(
            ("likely rows", self.numbers(classes), tuple(pools)),
            lambda: tilted(self.counted_rows(classes, pools), odds),
        )

    def counted_rows(self, classes: Sequence[str], pools: Sequence[str]) -> Floats:
        """Return the rows of pools as labels were counted: shape (pools, chains, K, K)."""
        numbers, of = self.numbers(classes), tuple(pools)
        return self.memo.get(
            ("rows", numbers, of), lambda: rows_of_some(numbers, self.labelers.rows_of(of))
        )

    def odds(self, pools: Sequence[str]) -> Floats | None:
        """Return the factor on the odds that pools are right, if there is one: (pools, chains)."""
        if not self.agreement.moves:
            return None
        return self.odds_of([self.labelers.pools.get(pool, -1) for pool in pools])

    def odds_of(self, pools: Sequence[int] | Ints) -> Floats | None:
        """Return the same of pools by their numbers, -1 where unknown."""
        return self.agreement.odds(pools, self.labelers.golds, self.updated_at)

    def next_rows(
        self, rows: Floats, classes: Sequence[str], pools: Sequence[str], labels: Sequence[Answer]
    ) -> Floats:
        """Return P(answer | class, labels so far), where `rows` are P(answer | class)."""
        before = [(label.pool, label.answer) for label in labels]
        return self.copying.mixed_rows(rows, pools, classes, before)

    def likelihood(self, labeled: LabeledTask) -> Floats:
        """Return the chance of a task's labels given each class, scaled to sum to 1: (classes,)."""
        if labeled.likelihood is None:
            return np.full(len(labeled.classes), 1.0 / len(labeled.classes))
        shares = labeled.likelihood / np.add.reduce(labeled.likelihood, axis=1, keepdims=True)
        weighed: Floats = self.chain_weights() @ shares
        return weighed

    def right(self, task: str, answer: int) -> float:
        """Return the chance of the class at place `answer` of a recent task's classes.

        Of a task that isn't known any more, 0.5.
        """
        labeled = self.window.get(task)
        if labeled is not None and labeled.gold is not None:
            return float(answer == labeled.gold)
        if labeled is None or labeled.shares is None or labeled.likelihood is None:
            return 0.5
        shares = labeled.shares
        if not shares.any():  # it taught nothing when it was weighed
            shares = labeled.likelihood * self.learned_prior(labeled.classes, shares[None])[0]
            shares /= shares.sum(axis=1, keepdims=True)
        return float(self.chain_weights() @ shares[:, answer])

    def numbers(self, classes: Sequence[str]) -> tuple[int, ...]:
        """Return the numbers of a task's classes; `UNKNOWN` for one that has none."""
        classes = tuple(classes)
        found: tuple[int, ...] | None = self.numbered.find(classes)
        if found is None:
            numbers = tuple([self.classes.get(name, UNKNOWN) for name in classes])
            found = self.numbered.keep(classes, numbers)
        return found
