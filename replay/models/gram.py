"""Cross products of rows' features and rewards: all that a ridge regression needs, mergeable."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.numerics.inner_product import inner

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Gram:
    """Of n rows with features z, shape (n, m), and rewards r.

    `sums` is Σ (z, r), shape (m + 1,); `cross` is Σ (z, r) (z, r)ᵀ; `low` and `high` are the least
    and the largest reward.
    """

    rows: int
    sums: Floats
    cross: Floats
    low: float = math.inf
    high: float = -math.inf

    @classmethod
    def empty(cls, size: int) -> Gram:
        """Return the sums of no rows of m = `size` features."""
        return cls(0, np.zeros(size + 1), np.zeros((size + 1, size + 1)))

    @classmethod
    def of(cls, features: Any, reward: Floats) -> Gram:
        """Sum rows up; `features` is an array or a sparse one, shape (n, m), `reward` (n,)."""
        n, m = features.shape
        if not n:
            return cls.empty(m)
        cross = np.empty((m + 1, m + 1))
        product = features.T @ features
        cross[:m, :m] = product if isinstance(product, np.ndarray) else product.toarray()
        cross[:m, m] = cross[m, :m] = features.T @ reward
        cross[m, m] = inner(reward, reward)
        sums = np.append(np.asarray(features.sum(axis=0)).ravel(), reward.sum())
        return cls(n, sums, cross, float(reward.min()), float(reward.max()))

    @classmethod
    def of_slots(cls, slots: NDArray[np.int64], size: int, reward: Floats) -> Gram:
        """Sum rows up that have one feature each, a 1 in slot `slots`, shape (n,)."""
        (found,) = cls.of_slots_by(np.zeros(len(slots), np.int64), slots, 1, size, reward)
        return found

    @classmethod
    def of_slots_by(
        cls,
        fold: NDArray[np.int64],
        slots: NDArray[np.int64],
        folds: int,
        size: int,
        reward: Floats,
    ) -> list[Gram]:
        """Sum rows up as `of_slots` does, each fold apart but for the least and largest reward."""
        slots = fold * size + slots
        counts = np.bincount(slots, minlength=folds * size).reshape(folds, size).astype(np.float64)
        summed = np.bincount(slots, weights=reward, minlength=folds * size).reshape(folds, size)
        squares = np.bincount(fold, weights=reward * reward, minlength=folds)
        low, high = float(reward.min(initial=math.inf)), float(reward.max(initial=-math.inf))
        grams = []
        for at in range(folds):
            cross = np.zeros((size + 1, size + 1))
            np.fill_diagonal(cross[:size, :size], counts[at])
            cross[:size, size] = cross[size, :size] = summed[at]
            cross[size, size] = squares[at]
            sums = np.append(counts[at], summed[at].sum())
            grams.append(cls(int(counts[at].sum()), sums, cross, low, high))
        return grams

    def __add__(self, other: Gram) -> Gram:
        return Gram(
            self.rows + other.rows,
            self.sums + other.sums,
            self.cross + other.cross,
            min(self.low, other.low),
            max(self.high, other.high),
        )

    def collapsed(self, split: int) -> Gram:
        """Take the first `split` features as one, their sum: actions that aren't told apart."""
        to = np.zeros((len(self.sums), len(self.sums) - split + 1))
        to[:split, 0] = 1.0
        to[split:, 1:] = np.eye(len(self.sums) - split)
        return Gram(self.rows, self.sums @ to, to.T @ self.cross @ to, self.low, self.high)
