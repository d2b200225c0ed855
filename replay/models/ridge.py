"""Progressive ridge regression of the reward on action and context, frozen in blocks.

q̂(x, a) = r̄ + (e_a, φ(x) − means)ᵀ β,  β = (S + λI)⁻¹ s,

with S and s the centred cross products of the rows before the block, e_a the action one-hot and
φ(x) the context's features. A row is predicted by a model of earlier rows only, so q̂ is a fair
control variate on logs of learning policies too. The model is fitted anew when the rows have
grown by a quarter, so it doesn't depend on the batches that a file is read in. λ is the one of
`LAMBDAS` that predicted best so far, each block before it was learned from. Predictions are held
within the rewards seen.

Source: Hoerl and Kennard (1970), Technometrics 12(1), 55-67; progressive validation: Blum, Kalai
and Langford (1999), COLT.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.models.features import Features
    from replay.tables.rows import Floats, Rows

FIRST_FIT = 32
"""Rows before the first fit; until then there is no prediction."""

GROWTH = 1.25
"""A fit for each quarter more rows: some 40 fits for a million rows."""

LAMBDAS = (10000.0, 1000.0, 100.0, 10.0, 1.0)
"""From nearly the overall mean, as rare clicks need, to nearly plain means per action; the first of
equals is taken, so a young model says little."""


@dataclass(slots=True)
class Ridge:
    """A model of the reward that predicts rows, then learns from them; `features` are its own."""

    features: Features
    rows: int = 0
    next_fit: int = FIRST_FIT
    fitted: bool = False
    mean_reward: float = 0.0
    low: float = np.inf
    high: float = -np.inf
    best: int = 0
    bounds: tuple[float, float] = (0.0, 0.0)
    errors: Floats = field(default_factory=lambda: np.zeros(len(LAMBDAS)))
    sums: Floats = field(init=False)
    cross: Floats = field(init=False)
    means: Floats = field(init=False)
    betas: Floats = field(init=False)

    def __post_init__(self) -> None:
        """Start with empty sums; the last feature is the reward."""
        size = self.features.size + 1
        self.sums, self.means = np.zeros(size), np.zeros(size - 1)
        self.cross = np.zeros((size, size))
        self.betas = np.zeros((len(LAMBDAS), size - 1))

    def until_fit(self) -> int:
        """How many rows may be predicted before the model changes."""
        return self.next_fit - self.rows

    def predict(self, rows: Rows) -> Floats:
        """q̂ of every action in every row: shape (n, K); 0 before the first fit."""
        if not self.fitted:
            return np.zeros((len(rows), len(self.features.slot)))
        beta = self.betas[self.best]
        split = self.features.action_slots
        by_action = beta[:split][list(self.features.slot)] - self.means[:split] @ beta[:split]
        by_context = (self.features.context(rows) - self.means[split:]) @ beta[split:]
        predicted: Floats = self.mean_reward + by_action[None, :] + by_context[:, None]
        return np.clip(predicted, *self.bounds)

    def learn(self, rows: Rows) -> None:
        """Add rows that were predicted; fit when enough of them have come."""
        n, split = len(rows), self.features.action_slots
        vectors = np.zeros((n, self.features.size + 1))
        vectors[np.arange(n), np.asarray(self.features.slot)[rows.action]] = 1.0
        vectors[:, split:-1] = self.features.context(rows)
        vectors[:, -1] = rows.reward
        if self.fitted:
            guess = self.mean_reward + (vectors[:, :-1] - self.means) @ self.betas.T
            guess = np.clip(guess, *self.bounds)
            self.errors += ((rows.reward[:, None] - guess) ** 2).sum(axis=0)
        self.sums += vectors.sum(axis=0)
        self.cross += vectors.T @ vectors
        self.low = min(self.low, float(rows.reward.min()))
        self.high = max(self.high, float(rows.reward.max()))
        self.rows += n
        if self.rows >= self.next_fit:
            self._fit()

    def _fit(self) -> None:
        means = self.sums / self.rows
        centred = self.cross - self.rows * np.outer(means, means)
        values, vectors = np.linalg.eigh(centred[:-1, :-1])
        turned = vectors.T @ centred[:-1, -1]
        for i, penalty in enumerate(LAMBDAS):
            self.betas[i] = vectors @ (turned / (np.maximum(values, 0.0) + penalty))
        self.means, self.mean_reward = means[:-1], float(means[-1])
        self.best = int(np.argmin(self.errors))
        self.bounds = self.low, self.high
        self.fitted = True
        self.next_fit = max(int(self.rows * GROWTH), self.rows + FIRST_FIT)
