"""Streams of tasks with features, a truth, and what simulated people say of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from river import datasets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from bandit.machine.inputs import Input

MOST = 6_000
"""Tasks of a stream: Shuttle has 49,097."""
TEXT = {"elevel", "car", "zipcode"}
"""Numbers of Agrawal that stand for categories."""


@dataclass(frozen=True)
class Stream:
    """n tasks: features, truth (index of a class), and P(people's labels | class), shape (n, K)."""

    classes: tuple[str, ...]
    features: list[dict[str, Input]]
    truth: NDArray[np.int64]
    likelihood: NDArray[np.float64]

    def shuffled(self, seed: int) -> Stream:
        """Give each task the features of another: nothing but noise."""
        order = np.random.default_rng([seed, 2]).permutation(len(self.truth))
        return replace(self, features=[self.features[i] for i in order])

    def swapped(self, seed: int) -> Stream:
        """From half time on, give each task the features of a task of the next class."""
        rng = np.random.default_rng([seed, 3])
        places = [np.flatnonzero(self.truth == c) for c in range(len(self.classes))]
        half = len(self.truth) // 2
        others = [rng.choice(places[(c + 1) % len(places)]) for c in self.truth[half:]]
        return replace(self, features=self.features[:half] + [self.features[i] for i in others])


def stream(name: str, seed: int) -> Stream:
    """Return the tasks of a data set in an order drawn by `seed`, with labels drawn by it."""
    rows = list(SETS[name]())
    rng = np.random.default_rng([seed, 1])
    rows = [rows[i] for i in rng.permutation(len(rows))[:MOST]]
    classes = tuple(sorted({str(answer) for _, answer in rows}))
    truth = np.array([classes.index(str(answer)) for _, answer in rows])
    features = [{key: _feature(key, value) for key, value in x.items()} for x, _ in rows]
    return Stream(classes, features, truth, _asked(truth, len(classes), rng))


def _asked(truth: NDArray[np.int64], k: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Ask one to three of 40 people, who are right 75 to 85 % of the time, about each task.

    Each confuses classes in his own way; the likelihood is that of his true confusion matrix.
    """
    confusion = rng.dirichlet(np.ones(k), (40, k))
    right = rng.uniform(0.75, 0.85, (40, k))
    own = np.arange(k)
    confusion[:, own, own] = 0.0
    confusion *= ((1.0 - right) / confusion.sum(axis=2))[:, :, None]
    confusion[:, own, own] = right
    likelihood = np.ones((len(truth), k))
    for i, c in enumerate(truth):
        for person in rng.choice(40, rng.integers(1, 4), replace=False):
            label = rng.choice(k, p=confusion[person, c])
            likelihood[i] *= confusion[person, :, label]
    return likelihood


def _feature(key: str, value: Any) -> Input:
    return f"{key}{value}" if key in TEXT or isinstance(value, str) else float(value)


def _agrawal() -> Iterable[tuple[dict[str, Any], Any]]:
    made = datasets.synth.Agrawal(classification_function=3, seed=1, perturbation=0.05)
    return islice(made, 5_000)


def _waveform() -> Iterable[tuple[dict[str, Any], Any]]:
    made = datasets.synth.Waveform(seed=1, has_noise=True)  # 21 numbers that tell, 19 that don't
    return (({f"x{i}": v for i, v in x.items()}, y) for x, y in islice(made, 5_000))


SETS = {
    "ImageSegments": datasets.ImageSegments,
    "Phishing": datasets.Phishing,
    "Bananas": datasets.Bananas,
    "Shuttle": datasets.Shuttle,
    "Agrawal": _agrawal,
    "Waveform": _waveform,
}
"""The learner was chosen on the first three, its details on all, on seeds below 20."""
