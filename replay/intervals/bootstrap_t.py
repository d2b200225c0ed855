"""Bootstrap-t interval: quantiles of (v* − v)/se* over resampled groups of rows.

Groups of rows are drawn, not rows, so clusters stay whole and a log of any length takes the same
time. The draws are seeded: the same log has the same interval.

Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 12.5.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.interval import Interval, widest, within

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.reward_kind import RewardKind

DRAWS = 1_000
SEED = 20_150_707
FEWEST = 20
"""Groups: with fewer, the draws are too much alike."""


def bootstrap_t(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval by studentised draws of groups."""
    if evidence is None or evidence.groups is None or evidence.statistic is None:
        return widest(kind, "bootstrap-t is not offered for this estimator")
    groups = evidence.groups
    g = len(groups)
    if g < FEWEST:
        return widest(kind)
    drawn = np.random.default_rng(SEED).multinomial(g, np.full(g, 1 / g), size=DRAWS)
    sums = drawn @ groups
    values, gradients = evidence.statistic(sums)
    # Σ over drawn groups of (gradient · group)², by the products of columns.
    products = np.einsum("gi,gj->gij", groups, groups).reshape(g, -1)
    squares = (drawn @ products).reshape(DRAWS, groups.shape[1], groups.shape[1])
    second = np.einsum("bi,bij,bj->b", gradients, squares, gradients)
    errors = np.sqrt(np.maximum(second, 0.0)) / sums[:, 0]
    own, gradient = evidence.statistic(groups.sum(axis=0, keepdims=True))
    error = math.sqrt(float(((groups @ gradient[0]) ** 2).sum())) / groups[:, 0].sum()
    good = errors > 1e-12 * max(error, 1e-300)
    if good.sum() < DRAWS / 2:
        return widest(kind)
    away = (values[good] - own[0]) / errors[good]
    low, high = np.quantile(away, [(1 - level) / 2, (1 + level) / 2])
    ends = evidence.value - high * error, evidence.value - low * error
    return within(float(ends[0]), float(ends[1]), kind, "bootstrap-t").holding(evidence.value)
