"""What the simple models share: votes weighted by one chance of each label to be right."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from bench.consensus.gold_map import GoldMap
from bench.consensus.online_model import Worth

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bench.consensus.online_model import Candidate

AHEAD = 5


class SimpleVotes(ABC):
    """Posterior from labels that are right with a chance of their own, other classes alike."""

    def __init__(self, classes: int, pools: int) -> None:
        self.classes, self.pools = classes, pools
        self.votes: dict[int, list[Vote]] = {}
        self._map, self._top = GoldMap(), dict[int, tuple[float, int]]()

    @abstractmethod
    def accuracy(self, labeler: int, pool: int) -> float:
        """Return the chance that a labeler is right."""

    def observe(self, task: int, labeler: int, pool: int, answer: int) -> None:
        self.votes.setdefault(task, []).append((labeler, pool, answer))

    def posterior(self, task: int) -> list[float]:
        return [float(chance) for chance in self.chances(self.votes.get(task, []))]

    def chances(self, votes: Sequence[Vote]) -> NDArray[np.float64]:
        """Chance of each class, given these votes alone."""
        log_odds = np.zeros(self.classes)
        for labeler, pool, answer in votes:
            right = self.accuracy(labeler, pool)
            log_odds[answer] += np.log(right * (self.classes - 1) / (1.0 - right))
        odds = np.exp(log_odds - log_odds.max())
        return np.asarray(odds / odds.sum())

    def value_of_more(
        self, task: int, candidates: Sequence[Candidate], price: float, *, choose: bool
    ) -> Worth:
        chances = self.chances(self.votes.get(task, []))
        right = [self.accuracy(one.labeler, one.pool) for one in candidates]
        best = int(np.argmax(right))
        accuracy = right[best] if choose else sum(right) / len(right)
        ahead = min(AHEAD, len(candidates))
        gains = (
            certainty(chances, accuracy, more) - float(chances.max()) - more * price
            for more in range(1, ahead + 1)
        )
        return Worth(next((gain for gain in gains if gain > 0.0), 0.0), best)

    def close(self, task: int) -> None:
        chances = self.chances(self.votes[task])
        self._top[task] = float(chances.max()), int(chances.argmax())

    def gold(self, task: int, answer: int) -> None:
        top, said = self._top[task]
        self._map.learn(top, right=said == answer)

    def confidence(self, top: float) -> float:
        return self._map.confidence(top)


Vote = tuple[int, int, int]


def certainty(chances: NDArray[np.float64], accuracy: float, more: int) -> float:
    """Expected chance of the best class after `more` votes for the two likeliest classes.

    Examples
    --------
    >>> round(certainty(np.array([0.5, 0.5]), 0.8, 1), 3)
    0.8
    """
    ordered = np.sort(chances)[::-1]
    first, second = float(ordered[0]), float(ordered[1])
    total = 0.0
    for votes in range(more + 1):
        ways = math.comb(more, votes)
        for_first = first * accuracy**votes * (1.0 - accuracy) ** (more - votes)
        for_second = second * (1.0 - accuracy) ** votes * accuracy ** (more - votes)
        total += ways * max(for_first, for_second)
    return total
