"""Softmax regression with one hidden layer, learned online from what people's labels make likely.

With inputs x (1, numbers, flags), H hidden units and K classes,

    z = x S + tanh(x P) Q        softmax(z)(c) is the chance of class c

A task's loss is -log Σ_c softmax(z)(c) q(c), with q the posterior from people's labels under a
uniform prior: the likelihood of the labels. Its gradient is softmax(z) - t, with t proportional to
softmax(z) q (the E-step of Dawid and Skene 1979). Plain cross-entropy to q would learn the doubt
of single labels along with their answer. Steps are RMSprop's (Hinton 2012), with no momentum, and
no weight moves more than `STEP`: when a rare flag comes again, its moment has faded. What predicts
is the running mean of the weights (Polyak and Juditsky 1992).

Weights are drawn by a keyed hash of input and unit, so the state is all there is to know.
"""

from __future__ import annotations

from hashlib import shake_128
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

HIDDEN = 32
"""Hidden units: 24 and 48 were as good on all three sets of decision 29."""
STEP = 0.0125
"""Step size, and the largest step of a weight; .007 and .015 were as good."""
FORGET = np.float32(0.99)
"""Factor on the second moments of gradients."""
SHRINK = np.float32(1.0 - 2.5e-4)
"""Factor on the weights per step (decoupled decay; Loshchilov and Hutter 2019): with many inputs
that tell little it saves .05 nats; four times as strong, it costs .03 to .15 elsewhere."""
TINY = np.float32(1e-6)
AVERAGED = 150.0
"""Steps that the running mean is over."""
POSSIBLE = np.float32(1e-4)
"""Least chance of a class in the E-step: what was thought impossible can still be learned."""


class Network:
    """Weights of `width` inputs and `classes` classes, their second moments and running means.

    Examples
    --------
    >>> network = Network(2, 2)
    >>> rows = np.array([[1.0, -1.0], [1.0, 1.0]], np.float32)
    >>> for _ in range(100):
    ...     network.learn(rows, np.array([[0.8, 0.2], [0.3, 0.7]], np.float32))
    >>> network.scores(rows).argmax(axis=1).tolist()
    [0, 1]
    """

    def __init__(self, width: int, classes: int) -> None:
        self.width, self.classes = width, classes
        self.steps = 0
        units = [_drawn(at, width) for at in range(width)]
        first = np.zeros((width, HIDDEN + classes), np.float32)
        first[:, :HIDDEN] = np.array(units, np.float32).reshape(width, HIDDEN)
        second = np.zeros((HIDDEN, classes), np.float32)
        weights = np.concatenate([first.ravel(), second.ravel()])
        self.restore(0, weights, np.zeros_like(weights), weights.copy())

    def restore(self, steps: int, weights: Singles, moments: Singles, means: Singles) -> None:
        """Set the state: three vectors of all weights."""
        self.steps, self.weights, self.moments, self.means = steps, weights, moments, means
        self._first, self._second = self._split(weights)
        self._mean_first, self._mean_second = self._split(means)
        self._gradient = np.empty_like(weights)
        self._gradient_first, self._gradient_second = self._split(self._gradient)

    def scores(self, rows: Singles) -> Singles:
        """Return the log-chance of each class up to a constant, for tasks of shape (n, width)."""
        out = rows @ self._mean_first
        score: Singles = np.tanh(out[:, :HIDDEN]) @ self._mean_second
        score += out[:, HIDDEN:]
        return score

    def learn(self, rows: Singles, targets: Singles, news: int = 1) -> None:
        """Take a step on tasks (n, width) with targets (n, K); -1: no class of the task.

        `news` of them are new: the step is longer with the root of that.
        """
        out = rows @ self._first
        hidden = np.tanh(out[:, :HIDDEN])
        score = hidden @ self._second
        score += out[:, HIDDEN:]
        np.copyto(score, -np.inf, where=targets < 0.0)
        score -= np.maximum.reduce(score, axis=1, keepdims=True)
        chance = np.exp(score)
        chance /= np.add.reduce(chance, axis=1, keepdims=True)
        likely = (chance + POSSIBLE) * np.maximum(targets, 0.0)
        likely /= np.add.reduce(likely, axis=1, keepdims=True)
        chance -= likely
        chance /= np.float32(len(rows))
        out[:, HIDDEN:] = chance
        out[:, :HIDDEN] = (chance @ self._second.T) * (1.0 - hidden * hidden)
        np.matmul(rows.T, out, out=self._gradient_first)
        np.matmul(hidden.T, chance, out=self._gradient_second)
        self._step(STEP * sqrt(news))

    def _step(self, size: float) -> None:
        self.steps += 1
        gradient, moments = self._gradient, self.moments
        square = gradient * gradient
        moments *= FORGET
        moments += (1 - FORGET) * square
        whole = np.float32(1.0 - float(FORGET) ** self.steps)
        np.maximum(square, moments / whole, out=square)
        np.sqrt(square, out=square)
        square += TINY
        gradient *= np.float32(size)
        gradient /= square
        self.weights *= SHRINK
        self.weights -= gradient
        share = np.float32(1.0 / min(self.steps / 4.0 + 1.0, AVERAGED))
        self.means += share * (self.weights - self.means)

    # Shape -----------------------------------------------------------------------------------

    def insert(self, at: int, count: int) -> None:
        """Insert `count` inputs before the input `at`; without them, scores stay as they are."""
        if not count:
            return
        width = self.width + count

        def wider(vector: Singles, *, drawn: bool) -> Singles:
            first, second = self._split(vector)
            rows = np.zeros((count, HIDDEN + self.classes), np.float32)
            if drawn:
                rows[:, :HIDDEN] = [_drawn(self.width + i, width) for i in range(count)]
            parts = (first[:at], rows, first[at:], second)
            return np.concatenate([part.ravel() for part in parts])

        state = [
            wider(self.weights, drawn=True),
            wider(self.moments, drawn=False),
            wider(self.means, drawn=True),
        ]
        self.width = width
        self.restore(self.steps, *state)

    def clear(self, at: int) -> None:
        """Draw the weights of the input `at` anew: it means something else from now on."""
        for first in (self._first, self._mean_first, self._split(self.moments)[0]):
            first[at] = 0.0
        self._first[at, :HIDDEN] = self._mean_first[at, :HIDDEN] = _drawn(at, self.width)

    def add_classes(self, count: int) -> None:
        """Add `count` classes, with scores of 0."""

        def wider(vector: Singles) -> Singles:
            parts = (np.pad(part, ((0, 0), (0, count))) for part in self._split(vector))
            return np.concatenate([part.ravel() for part in parts])

        state = [wider(self.weights), wider(self.moments), wider(self.means)]
        self.classes += count
        self.restore(self.steps, *state)

    def _split(self, vector: Singles) -> tuple[Singles, Singles]:
        columns = HIDDEN + self.classes
        end = self.width * columns
        return vector[:end].reshape(self.width, columns), vector[end:].reshape(HIDDEN, self.classes)


def _drawn(at: int, width: int) -> Singles:
    """Return first weights of the input `at`: uniform, so that sums have a variance of 1."""
    digest = shake_128(b"hidden %d" % at).digest(4 * HIDDEN)
    uniform = np.frombuffer(digest, "<u4").astype(np.float64) / 2.0**32
    drawn: Singles = ((uniform - 0.5) * np.sqrt(12.0 / width)).astype(np.float32)
    return drawn
