"""Tests of whether actions are as frequent as their propensities say in each part of a log.

Tests for each action, over the twenty parts: the sum of squared deviations, for files that are
sorted in themselves, and the largest cumulative deviation, for a file that is sorted as a whole.
The chances themselves of what was done are tested alike, for rows may be sorted by them. Nothing
looks at a reward. P-values are corrected for their number (Bonferroni).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, ndtr

from replay.order.sums import COUNT, EXPECTED, PARTS, REST, VARIANCE

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.order.sums import OrderSums

LEAST_VARIANCE = 4.0
"""Variance of a count from which on its deviation is nearly normal."""

UNSEEN = 4.0
"""Rows besides those seen that a variance is given: few rare ones say too little of it."""


def p_value(sums: OrderSums) -> float | None:
    """Chance that actions deviate as much by luck; `None` where too little was received."""
    taken = sums.sums[:, sums.sums[:, :, COUNT].sum(axis=0) > 0]
    if sums.rows.sum() < 2 * PARTS or not taken.shape[1]:
        return None
    some = sums.rows > 1
    if sums.known:
        each = np.append(_by_chances(taken), _of_chances(sums.chances[some]))
    else:
        weights = _of_weights(sums.chances[some], sums.rows[some], taken.shape[1])
        each = np.append(_by_weights(taken, sums.rows), weights)
    return float(min(each.min() * len(each), 1.0))


def _by_chances(sums: Floats) -> Floats:
    """Test counts against their logged chances: p-values, those of all cells first.

    The largest cumulative deviation x of a count with variance v, less its share of the whole, has
    the tail 2 exp(−2 x² / v) of a Brownian bridge; Bernstein's 4x/3 is for rare actions, whose
    counts are skewed.

    Source: Pearson's chi-square; Bernstein's inequality, Boucheron, Lugosi and Massart (2013),
    Concentration Inequalities, section 2.8.
    """
    away = sums[:, :, COUNT] - sums[:, :, EXPECTED]
    variance = sums[:, :, VARIANCE]
    some = variance >= LEAST_VARIANCE
    p_values = []
    if some.any():
        p_values.append(float(chdtrc(some.sum(), (away[some] ** 2 / variance[some]).sum())))
    open_ = variance.sum(axis=0) > 0
    v = variance[:, open_].sum(axis=0)
    clock = variance[:, open_].cumsum(axis=0) / v
    x = np.abs(away[:, open_].cumsum(axis=0) - clock * away[:, open_].sum(axis=0)).max(axis=0)
    return np.array([*p_values, *(2.0 * np.exp(-2.0 * x * x / (v + 4.0 * x / 3.0)))])


def _by_weights(sums: Floats, rows: Floats) -> Floats:
    """Test whether the mean of 1[a]/μ is the same in all parts: two p-values for each action.

    The variance in a part is the largest of three guesses: Σ 1/μ² − Σ 1/μ as seen there, its share
    of that of the whole log, and what it would be if the other K − 1 actions shared the chance that
    the actions taken instead of it left over.
    """
    count, once, k = sums[:, :, COUNT], sums[:, :, EXPECTED], sums.shape[1]
    share = (rows / rows.sum())[:, None]
    total, square = count.sum(axis=0), sums[:, :, VARIANCE].sum(axis=0)
    whole = np.maximum(square * (1.0 + UNSEEN / total) - once.sum(axis=0), 0.0)
    own = sums[:, :, VARIANCE] * (1.0 + UNSEEN / np.maximum(count, 1.0)) - once
    rest = sums[:, :, REST]
    instead = (k - 1) * (rest.sum(axis=1, keepdims=True) - rest)
    spread = np.maximum(np.maximum(own, share * whole), np.maximum(instead, 1e-9))
    mean = (once / spread).sum(axis=0) / (rows[:, None] / spread).sum(axis=0)
    away = once - rows[:, None] * mean
    cells = chdtrc(PARTS - 1, (away**2 / spread).sum(axis=0))
    largest = np.abs(away.cumsum(axis=0)).max(axis=0) / np.sqrt(spread.sum(axis=0))
    return np.concatenate([cells, np.minimum(2.0 * PARTS * ndtr(-largest), 1.0)])


def _of_chances(sums: Floats) -> float:
    """Test Σ μ of what was done against Σ Σₐ μₐ², part by part (Pearson's chi-square)."""
    away, variance = sums[:, 0] - sums[:, 1], sums[:, 2]
    # A policy with equal chances for all has none: what is left is rounding.
    some = variance > 1e-9 * np.maximum(sums[:, 1], 1e-300)
    if not some.any():
        return 1.0
    return float(chdtrc(some.sum(), (away[some] ** 2 / variance[some]).sum()))


def _of_weights(sums: Floats, rows: Floats, actions: int) -> float:
    """Test whether the mean of 1/μ of what was done is the same in all parts.

    Its variance in a part is the larger of the one seen and the one that the chances left over say.
    """
    once, square, rest = sums.T
    seen = (square - once**2 / rows) * (1.0 + UNSEEN / rows)
    spread = np.maximum(np.maximum(seen, (actions - 1) ** 2 * rest), 1e-9)
    mean = (once / spread).sum() / (rows / spread).sum()
    return float(chdtrc(len(rows) - 1, ((once - rows * mean) ** 2 / spread).sum()))
