"""Novelty of a task: the share of its features that are unlike those of the project's tasks so far.

A number is unlike them if it is more than `SIGMAS` standard deviations from their mean, a text if
none of its words came before, a vector if its distance from the mean vector is that far above the
usual one, and any feature whose name is new. River keeps the means and variances. Nothing decides
by it; it is logged, because it can't be computed again once the log is pruned.

Rule: only rewards teach it, as all else, and `of` changes nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from river import stats

from bandit.machine.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Feature
    from bandit.labels.confusion import Floats

OWN = "poolwise."
"""How features begin that aren't of the task itself: see `bandit.decide.signals`."""
SIGMAS = 3.0
FIRST_TASKS = 30
"""Tasks before anything can be unlike them; one standard deviation is then known to 13 %."""
ALL_TASKS = 64
ONE_IN = 8
"""After `ALL_TASKS`, one task of so many is learned: means and variances move little by then."""
NAMES = 256
"""Features of a project; those that come later count as new."""
WORDS = 512
"""Words of a project; beyond, the one that was away longest is forgotten."""
LEAST_SPREAD = 1e-9
"""Of the mean, so that rounding of a constant is nothing new."""
NUMBER_BYTES, WORD_BYTES = 50, 17
"""Bytes in a snapshot of a name with its three sums, and of a word; a number of a vector has 9."""


class SavedNovelty(msgspec.Struct, frozen=True):
    """Tasks; n, mean and sum of squares about it of numbers; words; means of vectors."""

    tasks: int = 0
    numbers: dict[str, tuple[float, float, float]] = {}
    words: list[str] = []
    vectors: dict[str, list[float]] = {}


class Novelty:
    """What the features of a project's tasks are like.

    Examples
    --------
    >>> novelty = Novelty()
    >>> for i in range(40):
    ...     novelty.learn({"length": 80.0 + i, "lang": "en"})
    >>> novelty.of({"length": 90.0, "lang": "en"}), novelty.of({"length": 900.0, "lang": "en"})
    (0.0, 0.5)
    >>> novelty.of({"length": 900.0, "lang": "fr"}), Novelty().of({"length": 90.0})
    (1.0, None)
    """

    def __init__(self) -> None:
        self.tasks = 0
        self._numbers: dict[str, stats.Var] = {}
        self._ranges: dict[str, tuple[float, float]] = {}
        self._words: dict[str, None] = {}
        self._vectors: dict[str, Floats] = {}
        self._in_vectors = 0

    @property
    def size_bytes(self) -> int:
        """About how many bytes it has in a snapshot."""
        return (
            NUMBER_BYTES * len(self._numbers) + WORD_BYTES * len(self._words) + 9 * self._in_vectors
        )

    def of(self, features: Mapping[str, Feature]) -> float | None:
        """Return the share of the features that are new; `None` where too little was seen."""
        if self.tasks < FIRST_TASKS or not features:
            return None
        ranges, words = self._ranges, self._words.keys()
        new = 0
        for name, value in features.items():
            if isinstance(value, str):
                new += words.isdisjoint(tokens(name, value))
                continue
            known = ranges.get(name)
            if known is None:
                new += 1
            elif isinstance(value, tuple):
                new += self._distance(name, value) > known[1]
            else:
                new += not known[0] <= value <= known[1]
        return round(new / len(features), 4)

    def learn(self, features: Mapping[str, Feature]) -> None:
        """Learn the features of a task; the engine's own are left out."""
        self.tasks += 1
        if self.tasks > ALL_TASKS and self.tasks % ONE_IN:
            return
        for name, value in features.items():
            if name.startswith(OWN):
                continue
            if isinstance(value, str):
                self._learn_text(name, value)
            elif name in self._numbers or len(self._numbers) < NAMES:
                self._learn_number(name, value)

    def _learn_text(self, name: str, value: str) -> None:
        words = self._words
        for word in tokens(name, value):
            words.pop(word, None)
            words[word] = None
            if len(words) > WORDS:
                del words[next(iter(words))]

    def _learn_number(self, name: str, value: float | tuple[float, ...]) -> None:
        var = self._numbers.get(name)
        if var is None:
            var = self._numbers[name] = stats.Var()
        if isinstance(value, tuple):
            distance = self._distance(name, value)
            if math.isinf(distance):
                return
            mean = self._vectors.get(name)
            if mean is None:
                mean = self._vectors[name] = np.zeros(len(value))
                self._in_vectors += len(value)
            mean += (np.array(value) - mean) / (var.mean.n + 1.0)
            value = distance
        var.update(value)
        self._ranges[name] = _range(var)

    def _distance(self, name: str, vector: tuple[float, ...]) -> float:
        mean = self._vectors.get(name)
        if mean is None:
            return 0.0
        if len(mean) != len(vector):  # in logs of releases that kept vectors as they were sent
            return math.inf
        return float(np.linalg.norm(np.array(vector) - mean))

    def saved(self) -> SavedNovelty:
        """Return the state."""
        return SavedNovelty(
            tasks=self.tasks,
            numbers={name: (v.mean.n, v.mean._mean, v._S) for name, v in self._numbers.items()},
            words=list(self._words),
            vectors={name: mean.tolist() for name, mean in self._vectors.items()},
        )

    @classmethod
    def from_saved(cls, state: SavedNovelty) -> Novelty:
        """Return the novelty that was saved."""
        novelty = cls()
        novelty.tasks = state.tasks
        novelty._words = dict.fromkeys(state.words)
        novelty._vectors = {name: np.array(mean) for name, mean in state.vectors.items()}
        novelty._in_vectors = sum(map(len, state.vectors.values()))
        for name, (n, mean, squares) in state.numbers.items():
            var = stats.Var()
            var.mean, var._S = stats.Mean._from_state(n, mean), squares  # to the last bit
            novelty._numbers[name] = var
            novelty._ranges[name] = _range(var)
        return novelty


def _range(var: stats.Var) -> tuple[float, float]:
    """Return what numbers are usual."""
    mean = var.mean.get()
    half = SIGMAS * math.sqrt(max(var.get(), 0.0)) + LEAST_SPREAD * abs(mean)
    return mean - half, mean + half
