"""Sums of paths, and their conformal limits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from numpy.typing import NDArray


def amount_of(values: NDArray[np.float64], level: float) -> Amount:
    """Return the mean of equally likely values, and limits that hold a share `level` of them.

    Each limit is the order statistic that a further value exceeds with half of what is left at
    most; with too few values, their extremes.

    Examples
    --------
    >>> amount_of(np.arange(1.0, 20.0), 0.9)
    Amount(value=10.0, low=1.0, high=19.0)
    """
    ordered = np.sort(values)
    outside = max(1, math.floor((1.0 - level) / 2.0 * (len(ordered) + 1)))
    return Amount(float(values.mean()), float(ordered[outside - 1]), float(ordered[-outside]))
