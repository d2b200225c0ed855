"""Simultaneous confidence level of several correlated estimates.

Estimates of one log move together, so less is lost than by dividing the error among them: the
quantile of the largest |t| is taken over normal draws with the correlation that the groups of rows
show. Draws are seeded.

Source: the multiplier max-t of Chernozhukov, Chetverikov and Kato (2013), Annals of Statistics
41(6), 2786-2819, by its normal limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

DRAWS = 20_000
SEED = 19_930_111


def joint_level(influences: Floats, level: float) -> float:
    """Level for each of m intervals, so that all hold together at `level`.

    Parameters
    ----------
    influences
        Influence of each group of rows on each estimate, shape (g, m).
    level
        Of all together, in (0, 1).

    Examples
    --------
    >>> alike = np.repeat(np.random.default_rng(1).normal(size=(500, 1)), 3, axis=1)
    >>> round(joint_level(alike, 0.95), 2)
    0.95
    """
    centred = influences - influences.mean(axis=0)
    norms = np.sqrt((centred**2).sum(axis=0))
    moving = centred[:, norms > 0] / norms[norms > 0]
    if moving.shape[1] < 2:
        return level
    values, vectors = np.linalg.eigh(moving.T @ moving)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn = np.random.default_rng(SEED).normal(size=(DRAWS, len(values))) @ root.T
    z = float(np.quantile(np.abs(drawn).max(axis=1), level))
    return max(float(2 * ndtr(z) - 1), level)
