"""Online ridge regression of the reward for every action and every learner.

The value of action a in context z is zᵀβₐ with βₐ = (I + Σ w z zᵀ)⁻¹ Σ w z r over the rows that it
learned from, kept up by rank-one updates. Many learners ("lanes") stand side by side in arrays.

Source: Sherman and Morrison (1950), Annals of Mathematical Statistics 21(1), 124-127.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats, Ints


@dataclass(slots=True, eq=False)
class Learners:
    """L learners of K actions on d features.

    Attributes
    ----------
    beta
        Coefficients, shape (L, d, K).
    inverse
        (I + Σ w z zᵀ)⁻¹ of each action, shape (L, K, d, d).
    learned
        Rewards that each lane learned from, shape (L,).

    Examples
    --------
    >>> one = Learners.fresh(lanes=1, actions=2, size=1)
    >>> for _ in range(3):
    ...     one.learn(np.array([0]), np.array([1]), np.ones((1, 1)), np.ones(1))
    >>> one.beta[0].round(2).tolist(), one.learned.tolist()
    ([[0.0, 0.75]], [3.0])
    """

    beta: Floats
    inverse: Floats
    learned: Floats

    @classmethod
    def fresh(cls, lanes: int, actions: int, size: int) -> Self:
        """Learners that know nothing: every value is 0."""
        inverse = np.tile(np.eye(size), (lanes, actions, 1, 1))
        return cls(np.zeros((lanes, size, actions)), inverse, np.zeros(lanes))

    def values(self, features: Floats) -> Floats:
        """Value of every action, shape (L, B, K), from features of B rows each, (L, B, d)."""
        values: Floats = features @ self.beta
        return values

    def learn(
        self,
        lane: Ints,
        action: Ints,
        features: Floats,
        reward: Floats,
        weight: Floats | None = None,
    ) -> None:
        """Learn one row in each of some lanes.

        Parameters
        ----------
        lane
            Lanes that learn, each once, shape (m,).
        action, reward, weight
            What was done, what came of it, and how many rows it stands for (1), shape (m,).
        features
            Of the row's context, shape (m, d).
        """
        inverse = self.inverse[lane, action]
        turned = np.einsum("mij,mj->mi", inverse, features)
        length = np.einsum("mi,mi->m", turned, features)
        counts = np.ones(len(lane)) if weight is None else weight
        gain = turned / (1.0 / counts + length)[:, None]
        own = self.beta[lane, :, action]
        missed = reward - np.einsum("mi,mi->m", own, features)
        self.beta[lane, :, action] = own + gain * missed[:, None]
        self.inverse[lane, action] = inverse - gain[:, :, None] * turned[:, None, :]
        self.learned[lane] += counts
