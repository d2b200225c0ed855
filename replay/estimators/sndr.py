"""Self-normalised DR, SNDR (Thomas and Brunskill 2016): mean Σₐ π q̂ plus Σ w (r − q̂) / Σ w.

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
from replay.estimators.evidence.of_control import FIRST, SECOND, ProductSums, evidence_of_control
from replay.intervals.statistics import control
from replay.numerics.fieldwise_sum import FieldwiseSum
from replay.stats.cluster_sums import Groups
from replay.stats.dr_sums import DrSums

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Sndr(FieldwiseSum, RowEstimator):
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
            dr=scored.dr,
            sums=y.sum(axis=1),
            cross=y @ y.T,
            third=pairs @ y.T,
            fourth=pairs @ pairs.T,
            groups=groups,
        )

    def value(self) -> float | None:
        n = self.dr.scores.count
        return float(control(np.array([[n, *self.sums]]))[0][0]) if n else None

    def evidence(self) -> Evidence | None:
        value = self.value()
        if value is None:
            return None
        sums = ProductSums(self.sums, self.cross, self.third, self.fourth)
        return evidence_of_control(value, self.dr, sums, self.groups)
