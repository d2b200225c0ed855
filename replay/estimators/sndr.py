"""SNDR, self-normalised DR: the mean of Σₐ π q̂ plus Σ w (r − q̂) / Σ w.

What the model missed is averaged over the weights that came, not over the rows, so it can't be
carried off by a few large weights. Variance by the delta method, or that of DR's model of the
reward, whichever is larger.

Source: Thomas and Brunskill (2016), ICML, section 5 (weighted doubly robust).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.statistics import control
from replay.numerics.moments import Moments, moved
from replay.stats.cluster_sums import Groups
from replay.stats.dr_sums import DrSums

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored

FIRST, SECOND = np.triu_indices(3)
"""The factors of each product of two columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Sndr(RowEstimator):
    """Sums of DR, and of products of y = (Σₐ π q̂, w (r − q̂), w).

    `sums` is Σ y, `cross` Σ y yᵀ; with p = (y₀², y₀y₁, y₀y₂, y₁², y₁y₂, y₂²) `third` is Σ p yᵀ and
    `fourth` Σ p pᵀ: all products of three and of four.
    """

    name: ClassVar[str] = "SNDR"
    dr: DrSums = field(default_factory=DrSums)
    sums: Floats = field(default_factory=lambda: np.zeros(3))
    cross: Floats = field(default_factory=lambda: np.zeros((3, 3)))
    third: Floats = field(default_factory=lambda: np.zeros((6, 3)))
    fourth: Floats = field(default_factory=lambda: np.zeros((6, 6)))
    groups: Groups = field(default_factory=Groups)

    def receive(self, scored: Scored) -> Self:
        columns = scored.direct, scored.weight * scored.residual, scored.weight
        y = np.stack(columns)
        pairs = y[FIRST] * y[SECOND]
        groups = Groups().receive(scored, *columns)
        return self + type(self)(
            scored.dr, y.sum(axis=1), y @ y.T, pairs @ y.T, pairs @ pairs.T, groups
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.dr + other.dr,
            self.sums + other.sums,
            self.cross + other.cross,
            self.third + other.third,
            self.fourth + other.fourth,
            self.groups + other.groups,
        )

    def value(self) -> float | None:
        n = self.dr.scores.count
        return float(control(np.array([[n, *self.sums]]))[0][0]) if n else None

    def evidence(self) -> Evidence | None:
        n, value = self.dr.scores.count, self.value()
        if n < 2 or value is None:
            return None
        gradient = control(np.array([[n, *self.sums]]))[1][0]
        centred = self.cross - np.outer(self.sums, self.sums) / n
        seen = max(float(gradient[1:] @ centred @ gradient[1:]), 0.0) / (n - 1)
        moments = self._influences(gradient)
        skewness = self.groups.skewness(gradient, moments.skewness() / n**0.5)
        seen, variance, by_clusters = self.groups.inflate(
            seen / n, max(seen, self.dr.modelled(centred=True)) / n, gradient
        )
        return Evidence(
            value,
            variance,
            seen,
            n,
            ess=self.dr.ess(),
            freedom=moments.degrees_of_freedom(),
            cluster_freedom=by_clusters,
            skewness=skewness,
            groups=self.groups.used(),
            statistic=control,
        )

    def _influences(self, gradient: Floats) -> Moments:
        """Moments of the rows' influences on the value, c + u · y: their mean is 0."""
        n, c, u = self.dr.scores.count, float(gradient[0]), gradient[1:]
        square = u[FIRST] * u[SECOND] * np.where(FIRST == SECOND, 1.0, 2.0)
        sums = np.array([
            n, u @ self.sums, u @ self.cross @ u, square @ self.third @ u,
            square @ self.fourth @ square,
        ])  # fmt: skip
        _, _, second, third, fourth = moved(sums, c)
        return Moments(n, 0.0, max(float(second), 0.0), float(third), max(float(fourth), 0.0))

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)
