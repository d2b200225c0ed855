"""Evidence for a mean plus a ratio, Σ d / n + Σ w e / Σ w, by the delta method.

The variance is that of the rows' influences, or that of DR's model of the reward, whichever is
larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.intervals.evidence import Evidence
from replay.intervals.statistics import control
from replay.numerics.moments import Moments, moved

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.cluster_sums import Groups
    from replay.stats.dr_sums import DrSums

FIRST, SECOND = np.triu_indices(3)
"""The factors of each product of two columns."""


class ProductSums(NamedTuple):
    """Sums over rows of products of y = (d, w e, w).

    `once` is Σ y, `twice` Σ y yᵀ; with p = (y₀², y₀y₁, y₀y₂, y₁², y₁y₂, y₂²) `thrice` is Σ p yᵀ and
    `fourth` Σ p pᵀ.
    """

    once: Floats
    twice: Floats
    thrice: Floats
    fourth: Floats


def evidence_of_control(
    value: float, dr: DrSums, sums: ProductSums, groups: Groups
) -> Evidence | None:
    """Return the evidence; `None` of fewer than two rows. `groups` has sums of y by group."""
    n = dr.scores.count
    if n < 2:
        return None
    gradient = control(np.array([[n, *sums.once]]))[1][0]
    centred = sums.twice - np.outer(sums.once, sums.once) / n
    seen = max(float(gradient[1:] @ centred @ gradient[1:]), 0.0) / (n - 1)
    moments = _influences(n, sums, gradient)
    skewness = groups.skewness(gradient, moments.skewness() / n**0.5)
    seen, variance, by_clusters = groups.inflate(
        seen / n, max(seen, dr.modelled(centred=True)) / n, gradient
    )
    return Evidence(
        value,
        variance,
        seen,
        n,
        ess=dr.ess(),
        freedom=moments.degrees_of_freedom(),
        cluster_freedom=by_clusters,
        skewness=skewness,
        groups=groups.used(),
        statistic=control,
    )


def _influences(n: int, sums: ProductSums, gradient: Floats) -> Moments:
    """Moments of the rows' influences on the value, c + u · y: their mean is 0."""
    c, u = float(gradient[0]), gradient[1:]
    square = u[FIRST] * u[SECOND] * np.where(FIRST == SECOND, 1.0, 2.0)
    powers = np.array([
        n, u @ sums.once, u @ sums.twice @ u, square @ sums.thrice @ u,
        square @ sums.fourth @ square,
    ])  # fmt: skip
    _, _, second, third, fourth = moved(powers, c)
    return Moments(n, 0.0, max(float(second), 0.0), float(third), max(float(fourth), 0.0))
