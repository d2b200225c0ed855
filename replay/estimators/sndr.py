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

from replay.estimators.dr import Dr
from replay.groups import Groups
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.statistics import control

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.scored import Scored
    from replay.tables.rows import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Sndr:
    """Sums of DR, and Σ y and Σ y yᵀ of y = (Σₐ π q̂, w (r − q̂), w)."""

    name: ClassVar[str] = "SNDR"
    dr: Dr = field(default_factory=Dr)
    sums: Floats = field(default_factory=lambda: np.zeros(3))
    cross: Floats = field(default_factory=lambda: np.zeros((3, 3)))
    groups: Groups = field(default_factory=Groups)

    def receive(self, scored: Scored) -> Self:
        columns = scored.direct, scored.weight * scored.residual, scored.weight
        y = np.stack(columns)
        groups = Groups().receive(scored, *columns)
        return self + type(self)(scored.dr, y.sum(axis=1), y @ y.T, groups)

    def __add__(self, other: Self) -> Self:
        return type(self)(
            self.dr + other.dr,
            self.sums + other.sums,
            self.cross + other.cross,
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
        seen, variance, by_clusters = self.groups.inflate(
            seen / n, max(seen, self.dr.modelled(centred=True)) / n, gradient
        )
        return Evidence(
            value,
            variance,
            seen,
            n,
            ess=self.dr.ess(),
            freedom=self.dr.scores.degrees_of_freedom(),
            cluster_freedom=by_clusters,
            groups=self.groups.used(),
            statistic=control,
        )

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)
