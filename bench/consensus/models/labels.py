"""The engine's model of labels, learning as the engine does: at first from open tasks, too.

Posterior, look-ahead, preferred labelers and calibration are those of the engine. Of a closed task
that is still in its window the posterior is the one that its labels have by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.close.open_tasks import teaches_at_once
from bandit.decide.values import values_usd
from bandit.labels.model import LabelModel
from bandit.labels.preferred import preferred
from bandit.labels.weighed import Answer
from bandit.learn.calibration import Calibration
from bandit.settings import PolicySettings
from bench.consensus.online_model import Worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.weighed import WeighedLabels
    from bench.consensus.online_model import Candidate

AHEAD = PolicySettings().lookahead_labels


class Labels:
    """`LabelModel` by numbers."""

    def __init__(self, classes: int, pools: int) -> None:
        self._classes = tuple(map(str, range(classes)))
        self._model = LabelModel()
        self._map = Calibration()
        self._open: dict[int, list[Answer]] = {}
        self._closed: dict[int, list[float]] = {}
        self._learned: dict[int, int] = {}

    def observe(self, task: int, labeler: int, pool: int, answer: int) -> None:
        """Keep a label; learn it if those of open tasks teach."""
        labels = self._open.setdefault(task, [])
        labels.append(Answer(str(pool), str(labeler), str(answer)))
        if teaches_at_once(len(labels), self._model.labels):
            self._learn(task)

    def posterior(self, task: int) -> list[float]:
        """Return the chance of each class; of a closed task by what is known now."""
        if task not in self._closed:
            chances: list[float] = self._weigh(task).posterior().tolist()
            return chances
        labeled = self._model.window.get(str(task))
        if labeled is None:
            return self._closed[task]
        before = self._model.chain_weights() @ self._model.verdict_prior(labeled.classes)
        weighed = self._model.likelihood(labeled) * before
        posterior: list[float] = (weighed / weighed.sum()).tolist()
        return posterior

    def value_of_more(
        self, task: int, candidates: Sequence[Candidate], price: float, *, choose: bool
    ) -> Worth:
        """Return the best pool's value, or at random the mean, and whom its ask would prefer."""
        at = {str(one.pool): i for i, one in enumerate(candidates)}
        weighed, pools, most = self._weigh(task), tuple(at), min(AHEAD, len(candidates))
        prices = [price] * len(pools)
        labels = self._open.get(task, [])
        rows = self._model.pool_rows(self._classes, pools)
        rows = self._model.next_rows(rows, self._classes, pools, labels)
        values = values_usd(rows, weighed, pools, prices, 1.0, most)
        if not choose:
            shares = [sum(str(one.pool) == pool for one in candidates) for pool in pools]
            return Worth(float(np.average(values, weights=shares)), 0)
        pool = pools[int(np.argmax(values))]
        named = preferred(self._model, self._classes, weighed.posterior().tolist(), pool)
        of = {str(one.labeler): i for i, one in enumerate(candidates) if str(one.pool) == pool}
        return Worth(max(values), next((of[name] for name in named if name in of), at[pool]))

    def close(self, task: int) -> None:
        """Learn the labels of a task."""
        self._closed[task] = self.posterior(task)
        self._learn(task)

    def gold(self, task: int, answer: int) -> None:
        """Learn the truth of a closed task, and whether its verdict was right."""
        chances = self._closed[task]
        top = max(chances)
        self._map.learn(top, right=chances.index(top) == answer)
        self._model.gold(str(task), self._classes, str(answer))

    def confidence(self, top: float) -> float:
        """Return the calibrated chance that an answer is right."""
        return self._map.calibrated(top)

    def _weigh(self, task: int) -> WeighedLabels:
        return self._model.weigh(self._classes, self._open.get(task, []), task=str(task))

    def _learn(self, task: int) -> None:
        """Learn the labels of a task that aren't learned yet."""
        learned = self._learned.get(task, 0)
        for pool, labeler, answer, _ in self._open[task][learned:]:
            self._model.observe(str(task), self._classes, pool, labeler, answer)
        self._learned[task] = len(self._open[task])
