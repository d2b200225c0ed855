"""Simulated labelers: each with confusion rows of their own, on tasks whose truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.confusion import labeler_rows
from bandit.labels.weighed import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.labels.model import LabelModel

    Floats = NDArray[np.float64]


class Task(NamedTuple):
    """A task, its true class and its labels."""

    task: str
    truth: int
    labels: list[Answer]


def symmetric(right: float, k: int) -> Floats:
    """Rows of a labeler who is right equally often on all classes."""
    eye = np.eye(k)
    rows: Floats = right * eye + (1.0 - right) / (k - 1) * (1.0 - eye)
    return rows


class Simulation:
    """Tasks that come one after the other, labeled at random by labelers of some pools.

    Parameters
    ----------
    rows
        P(answer | class) of each labeler: pool -> labeler -> (classes, classes).
    shares
        Those of the classes.
    seed
        Of everything drawn.
    hard
        Share of tasks on which all labelers of a pool take the truth for the same other class.
    """

    def __init__(
        self,
        rows: Mapping[str, Mapping[str, Floats]],
        shares: Sequence[float],
        seed: int,
        hard: Mapping[str, float] | None = None,
    ) -> None:
        self.rows = rows
        self.classes = tuple(f"c{number}" for number in range(len(shares)))
        self._shares = np.array(shares)
        self._rng = np.random.default_rng(seed)
        self._hard = dict(hard or {})
        self._n = 0

    def task(self, asked: Mapping[str, int], always: Sequence[str] = ()) -> Task:
        """Draw a task with so many labels of each pool, those of `always` among them."""
        rng, k = self._rng, len(self.classes)
        truth = int(rng.choice(k, p=self._shares))
        rival = (truth + int(rng.integers(1, k))) % k
        labels = []
        for pool, count in asked.items():
            seems = rival if rng.random() < self._hard.get(pool, 0.0) else truth
            of_pool = self.rows[pool]
            first = [name for name in always if name in of_pool]
            others = [name for name in of_pool if name not in first]
            chosen = first + list(rng.choice(others, count - len(first), replace=False))
            for name in chosen:
                answer = self.classes[int(rng.choice(k, p=of_pool[name][seems]))]
                labels.append(Answer(pool, str(name), answer))
        self._n += 1
        return Task(f"t{self._n}", truth, labels)

    def teach(
        self, model: LabelModel, n: int, asked: Mapping[str, int], always: Sequence[str] = ()
    ) -> list[Task]:
        """Let a model observe the labels of `n` tasks, and return them."""
        tasks = [self.task(asked, always) for _ in range(n)]
        for task in tasks:
            for label in task.labels:
                model.observe(task.task, self.classes, label.pool, label.labeler, label.answer)
        return tasks

    def verdicts(
        self, model: LabelModel, n: int, asked: Mapping[str, int]
    ) -> tuple[float, float, float]:
        """Return accuracy, mean confidence and log-loss on `n` tasks that the model hasn't seen."""
        right, sure, nats = [], [], []
        for _ in range(n):
            task = self.task(asked)
            found = model.weigh(self.classes, task.labels).posterior()
            right.append(found.argmax() == task.truth)
            sure.append(found.max())
            nats.append(-np.log(found[task.truth]))
        return float(np.mean(right)), float(np.mean(sure)), float(np.mean(nats))


def learned_rows(model: LabelModel, classes: Sequence[str], pool: str, labeler: str) -> Floats:
    """Return the rows that a model holds a labeler to have, by the likelier chain."""
    known = model.labelers
    counts = known.of([known.slots[labeler]])
    towards = known.strengths(len(classes))
    rows = labeler_rows(counts, model.pool_rows(classes, (pool,)), towards)
    found: Floats = rows[0, int(model.chain_weights().argmax())]
    return found
