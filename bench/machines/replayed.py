"""Linear learners on expansions of the numbers, as the study of decision 29 compares them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from bandit.machine.inputs import Inputs
from bandit.machine.scales import Scales

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.machine.inputs import Input

Floats = NDArray[np.float64]


class Candidate(Protocol):
    """Whatever scores the classes of a task from its features and learns from targets."""

    def scores(self, features: Mapping[str, Input]) -> Floats | None: ...
    def learn(self, task: str, features: Mapping[str, Input], target: Floats) -> None: ...


class Expanded:
    """Standardised numbers and flags, and an expansion of them: plain, quadratic or Fourier.

    `fourier` random features are cos(z Ω + b) with Ω normal of deviation 1 / sqrt(width) (Rahimi
    and Recht 2007). The columns are those of the first 50 tasks.
    """

    def __init__(self, *, quadratic: bool = False, fourier: int = 0) -> None:
        self._inputs, self._scales = Inputs(), Scales(0)
        self._quadratic, self._fourier = quadratic, fourier
        self.tasks = 0

    def row(self, features: Mapping[str, Input]) -> Floats:
        """Return raw numbers and flags of a task: what is kept."""
        numbers, flags = self._inputs.encode(features)
        flag = np.zeros(len(self._inputs.flags.seen))
        flag[flags] = 1.0
        return np.concatenate([numbers or np.full(len(self._inputs.anchors), np.nan), flag])

    def learn(self, features: Mapping[str, Input]) -> bool:
        """Learn the columns in the first 50 tasks, and the scales; return whether columns stand."""
        self.tasks += 1
        if self.tasks <= 50:
            self._inputs.learn(features)
            return False
        if self.tasks == 51:
            self._scales.grow(len(self._inputs.anchors))
            self._draw()
        self._scales.learn(self.row(features)[None, : len(self._inputs.anchors)].astype(np.float32))
        return True

    def _draw(self) -> None:
        width = len(self._inputs.anchors) + len(self._inputs.flags.seen)
        rng = np.random.default_rng(0)
        self._omega = rng.normal(size=(width, self._fourier)) / np.sqrt(width)
        self._phase = rng.uniform(0.0, 2.0 * np.pi, self._fourier)
        self._pairs = np.triu_indices(width)
        self.width = 1 + width + self._fourier + len(self._pairs[0]) * self._quadratic

    def expand(self, rows: Floats) -> Floats:
        """Return the expansion of rows, shape (n, width)."""
        n = len(self._inputs.anchors)
        numbers = self._scales.standardise(rows[:, :n].astype(np.float32))
        z = np.concatenate([numbers, rows[:, n:]], axis=1)
        parts = [np.ones((len(z), 1)), z]
        if self._quadratic:
            left, right = self._pairs
            parts.append(z[:, left] * z[:, right] / np.sqrt(z.shape[1]))
        if self._fourier:
            parts.append(np.cos(z @ self._omega + self._phase) * np.sqrt(32.0 / self._fourier))
        return np.concatenate(parts, axis=1)


class ReplayedSoftmax:
    """Softmax regression with Adagrad and replays, as the prototype's (step .3, eight replays).

    With `averaged` steps, the running mean of the weights predicts.
    """

    def __init__(
        self, k: int, inputs: Expanded, step: float = 0.3, replays: int = 8, averaged: float = 0.0
    ) -> None:
        self._k, self._inputs, self._step, self._replays = k, inputs, step, replays
        self._averaged = averaged
        self._rng = np.random.default_rng(0)
        self._rows: list[Floats] = []
        self._targets: list[Floats] = []
        self._n = 0

    def scores(self, features: Mapping[str, Input]) -> Floats | None:
        if not self._n:
            return None
        scores: Floats = self._inputs.expand(self._inputs.row(features)[None])[0] @ self._mean
        return scores

    def learn(self, task: str, features: Mapping[str, Input], target: Floats) -> None:
        if not self._inputs.learn(features):
            return
        if not self._n:
            self._weights = np.zeros((self._inputs.width, self._k))
            self._mean = self._weights.copy()
            self._squares = np.full_like(self._weights, 1e-8)
        self._keep(self._inputs.row(features), target)
        places = [*self._rng.integers(0, len(self._rows), self._replays), (self._n - 1) % 1_500]
        x = self._inputs.expand(np.array([self._rows[i] for i in places]))
        z = x @ self._weights
        chance = np.exp(z - z.max(axis=1, keepdims=True))
        chance /= chance.sum(axis=1, keepdims=True)
        gradient = x.T @ (chance - [self._targets[i] for i in places]) / len(places)
        self._squares += gradient**2
        self._weights -= self._step * gradient / np.sqrt(self._squares)
        share = 1.0 / min(self._n / 4.0 + 1.0, self._averaged) if self._averaged else 1.0
        self._mean += share * (self._weights - self._mean)

    def _keep(self, row: Floats, target: Floats) -> None:
        if len(self._rows) < 1_500:
            self._rows.append(row)
            self._targets.append(target)
        else:
            self._rows[self._n % 1_500], self._targets[self._n % 1_500] = row, target
        self._n += 1


class Ridge:
    """Recursive least squares on the targets, with a memory of 3,000 tasks; no replays."""

    def __init__(self, k: int, inputs: Expanded) -> None:
        self._k, self._inputs, self._n = k, inputs, 0

    def scores(self, features: Mapping[str, Input]) -> Floats | None:
        if not self._n:
            return None
        x = self._inputs.expand(self._inputs.row(features)[None])[0]
        scores: Floats = 4.0 * (x @ self._weights)
        return scores

    def learn(self, task: str, features: Mapping[str, Input], target: Floats) -> None:
        if not self._inputs.learn(features):
            return
        if not self._n:
            self._inverse = np.eye(self._inputs.width)
            self._weights = np.zeros((self._inputs.width, self._k))
        self._n += 1
        keep = 1.0 - 1.0 / 3_000.0
        x = self._inputs.expand(self._inputs.row(features)[None])[0]
        turned = self._inverse @ x
        gain = turned / (keep + x @ turned)
        self._weights += np.outer(gain, target - 1.0 / self._k - x @ self._weights)
        self._inverse = (self._inverse - np.outer(gain, turned)) / keep
