"""What the model of a project's labels believes: of labelers, classes, and a task's labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.ambiguity import LEVELS, level_weights
from bandit.labels.confusion import answer_chances
from bandit.labels.labelers import CHAINS, Labelers, strength
from bandit.labels.some_classes import UNKNOWN, counts_of_some, rows_of_some
from bandit.labels.weighed import WeighedLabels
from bandit.labels.window import Window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.confusion import Floats
    from bandit.labels.weighed import Answer
    from bandit.labels.window import LabeledTask

CLASS_STRENGTH = 20.0
"""Tasks of each class that the even prior counts for."""
VERDICT_POWER = 0.4
"""Power of the learned class prior in a verdict: nearly none, while learning uses it whole."""
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
        self.class_counts = np.zeros((CHAINS, 0))
        self.scores = np.zeros(CHAINS)
        self.level_counts = np.zeros((CHAINS, len(LEVELS)))
        self.one_pool = True
        self.levels = level_weights(self.level_counts[0], one_pool=True)
        self.tasks = 0
        self.labels = 0
        self.best: dict[str, tuple[str, ...]] = {}
        self.ranked_at = 0

    def chain_weights(self) -> Floats:
        """Return the weight of each chain; 0 where it is negligible."""
        odds = math.exp(max(-50.0, min(50.0, self.scores[1] - HANDICAP - self.scores[0])))
        second = odds / (1.0 + odds)
        if second < NEGLIGIBLE:
            second = 0.0
        elif second > 1.0 - NEGLIGIBLE:
            second = 1.0
        return np.array([1.0 - second, second])

    def learned_prior(self, classes: tuple[int, ...]) -> Floats:
        """Return the chances of the classes that each chain has learned: (chains, classes)."""
        counts = np.full((CHAINS, len(classes)), CLASS_STRENGTH)
        counts[0] += [0.0 if number < 0 else self.class_counts[0, number] for number in classes]
        shares: Floats = counts / counts.sum(axis=1, keepdims=True)
        return shares

    def given_prior(self, chances: Sequence[float]) -> Floats:
        """Return chances that are known without labels, the same for each chain."""
        known = np.maximum(np.asarray(chances, np.float64), LEAST_PRIOR)
        return np.stack([known / known.sum()] * CHAINS)

    def weigh(
        self,
        classes: Sequence[str],
        labels: Sequence[Answer],
        prior: Sequence[float] | None = None,
    ) -> WeighedLabels:
        """Return what labels say of a task.

        `prior` are chances of the classes that are known without labels. Nothing is learned.
        """
        numbers = self.numbers(classes)
        if prior is None:
            before = self.learned_prior(numbers) ** VERDICT_POWER
            before /= before.sum(axis=1, keepdims=True)
        else:
            before = self.given_prior(prior)
        names = tuple([label.pool for label in labels])
        chances = self._label_chances(classes, numbers, labels, names)
        return WeighedLabels(self.chain_weights(), self.levels, before, chances, names)

    def _label_chances(
        self,
        classes: Sequence[str],
        numbers: tuple[int, ...],
        labels: Sequence[Answer],
        pools: tuple[str, ...],
    ) -> Floats:
        """Return P(label | class) for labels that aren't counted: (labels, chains, classes)."""
        if not labels:
            return np.zeros((0, CHAINS, len(numbers)))
        known = self.labelers
        counts = np.zeros((len(labels), CHAINS, known.n_classes, known.n_classes))
        for i, label in enumerate(labels):
            slot = known.slots.get(label.labeler)
            if slot is not None:
                counts[i] = known.counts[slot]
        answers = np.array([classes.index(label.answer) for label in labels])
        rows = rows_of_some(numbers, known.rows_of(pools))
        of = counts_of_some(numbers, counts)
        tilts = np.array([label.tilt for label in labels])
        return answer_chances(of, rows, answers, strength(len(numbers), known.golds), tilts)

    def pool_rows(self, classes: Sequence[str], pools: Sequence[str]) -> Floats:
        """Return P(answer | class) of the pools' next labels: (pools, chains, classes, classes)."""
        return rows_of_some(self.numbers(classes), self.labelers.rows_of(pools))

    def likelihood(self, labeled: LabeledTask) -> Floats:
        """Return the chance of a task's labels given each class, scaled to sum to 1: (classes,)."""
        if labeled.likelihood is None:
            return np.full(len(labeled.classes), 1.0 / len(labeled.classes))
        shares = labeled.likelihood / labeled.likelihood.sum(axis=1, keepdims=True)
        weighed: Floats = self.chain_weights() @ shares
        return weighed

    def right(self, task: str, answer: int) -> float:
        """Return the chance of the class at place `answer` of a recent task's classes.

        Of a task that isn't known any more, 0.5.
        """
        labeled = self.window.get(task)
        if labeled is None or labeled.shares is None:
            return 0.5
        return float(self.chain_weights() @ labeled.shares[:, answer])

    def numbers(self, classes: Sequence[str]) -> tuple[int, ...]:
        """Return the numbers of a task's classes; `UNKNOWN` for one that has none."""
        return tuple([self.classes.get(name, UNKNOWN) for name in classes])
