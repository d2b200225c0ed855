"""Running mean and variance of each number, by which numbers on any scale are standardised.

With values at distances of mean d and variance v from the mean so far, m of the n until now, and
r = m / min(n, `MEMORY`),

    mean <- mean + r d,    variance <- (1 - r) (variance + r d²) + r v

(Welford 1962; Chan, Golub and LeVeque 1983), so that the scale follows numbers whose scale changes.
An outlier counts as `OUTLIER` deviations: one wrong value of 1e20 must not make all others look the
same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

MEMORY = 5_000
"""Values that a mean is over."""
OUTLIER = 10.0
"""Deviations from the mean beyond which a value counts as just so far."""
TRIED = 30
"""Values from which a deviation is known well enough to call something an outlier."""
BOUND = 3.0
"""Standardised numbers are clipped here, in deviations."""


class Scales:
    """Mean and variance of `n` numbers; NaN stands for a number that a task lacks.

    Examples
    --------
    >>> scales = Scales(1)
    >>> for value in (10.0, 20.0, 30.0, float("nan")):
    ...     scales.learn(np.array([[value]], np.float32))
    >>> scales.standardise(np.array([[20.0], [30.0], [np.nan]], np.float32)).round(3).tolist()
    [[0.0], [1.225], [0.0]]
    """

    def __init__(self, n: int) -> None:
        self.restore(np.zeros(n), np.zeros(n), np.zeros(n))

    def restore(self, count: Floats, mean: Floats, variance: Floats) -> None:
        """Set the state: arrays of one length."""
        self.count, self.mean, self.variance = count, mean, variance
        self._refresh()

    def grow(self, n: int) -> None:
        """Add `n` numbers that have no value yet."""
        none = np.zeros(n)
        arrays = (self.count, self.mean, self.variance)
        self.restore(*(np.concatenate([array, none]) for array in arrays))

    def clear(self, at: int) -> None:
        """Forget the number `at`: another one takes its place."""
        self.count[at] = self.mean[at] = self.variance[at] = 0.0
        self._refresh()

    def learn(self, rows: Singles) -> None:
        """Learn from the numbers of tasks, shape (tasks, n)."""
        seen = ~np.isnan(rows)
        here = seen.sum(axis=0)
        self.count += here
        rate = here / np.minimum(np.maximum(self.count, 1.0), MEMORY)
        distance = np.where(seen, rows - self.mean, 0.0)
        limit = np.where((self.count > TRIED) & self._varies, OUTLIER * self._deviation, np.inf)
        np.minimum(np.maximum(distance, -limit, out=distance), limit, out=distance)
        each = 1.0 / np.maximum(here, 1.0)
        mean, square = each * distance.sum(axis=0), each * (distance * distance).sum(axis=0)
        self.mean += rate * mean
        self.variance = (1.0 - rate) * (self.variance + rate * mean * mean)
        self.variance += rate * np.maximum(square - mean * mean, 0.0)
        self._refresh()

    def standardise(self, rows: Singles) -> Floats:
        """Return numbers in deviations from their mean, clipped; 0 where one is missing."""
        z: Floats = (rows - self.mean) * self._per_deviation
        np.copyto(z, 0.0, where=np.isnan(z))
        np.minimum(z, BOUND, out=z)
        np.maximum(z, -BOUND, out=z)
        return z

    def _refresh(self) -> None:
        self._deviation = np.sqrt(self.variance)
        self._varies = self._deviation > 0.0
        self._per_deviation = self._varies / (self._deviation + ~self._varies)
