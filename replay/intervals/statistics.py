"""Values as smooth functions of sums, with their gradients: for groups and for bootstraps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats


def mean(sums: Floats) -> tuple[Floats, Floats]:
    """Mean of the one column: Σ y / n.

    Examples
    --------
    >>> value, gradient = mean(np.array([[2.0, 3.0]]))
    >>> value.tolist(), gradient.tolist()
    ([1.5], [[-1.5, 1.0]])
    """
    value = sums[:, 1] / sums[:, 0]
    return value, np.column_stack([-value, np.ones(len(value))])


def ratio(sums: Floats) -> tuple[Floats, Floats]:
    """Ratio of two columns: Σ w r / Σ w; 0 where nothing has a weight.

    Examples
    --------
    >>> value, gradient = ratio(np.array([[2.0, 3.0, 4.0]]))
    >>> value.tolist(), gradient.tolist()
    ([0.75], [[0.0, 0.5, -0.375]])
    """
    scale = np.where(sums[:, 2] > 0, sums[:, 2], np.inf)
    value, share = sums[:, 1] / scale, sums[:, 0] / scale
    return value, np.column_stack([np.zeros(len(value)), share, -value * share])


def ratios(sums: Floats) -> tuple[Floats, Floats]:
    """Sum of the ratios of columns, the first half by the second: Σ_t Σ ρ_t r_t / Σ ρ_t.

    Examples
    --------
    >>> value, gradient = ratios(np.array([[2.0, 3.0, 1.0, 4.0, 2.0]]))
    >>> value.tolist(), gradient.tolist()
    ([1.25], [[0.0, 0.5, 1.0, -0.375, -0.5]])
    """
    earned, weight = np.split(sums[:, 1:], 2, axis=1)
    scale = np.where(weight > 0, weight, np.inf)
    each, share = earned / scale, sums[:, :1] / scale
    return each.sum(axis=1), np.hstack([np.zeros((len(sums), 1)), share, -each * share])


def control(sums: Floats) -> tuple[Floats, Floats]:
    """Mean of the first column and ratio of the other two: Σ d / n + Σ w e / Σ w."""
    direct, slope = mean(sums[:, :2])
    missed, slopes = ratio(sums[:, [0, 2, 3]])
    return direct + missed, np.column_stack([slope, slopes[:, 1:]])
