"""Weighted per-decision importance sampling of whole tasks (Precup, Sutton and Singh 2000).

v = Σ_t (Σ_i ρ_{i,t} r_{i,t}) / (Σ_i ρ_{i,t}), ρ_{i,t} = Π_{j ≤ t} π/μ of task i; a task that has
ended keeps its last ρ and earns nothing. Variance by the delta method over tasks.

Source: Precup, Sutton and Singh (2000), ICML, section 3 (weighted per-decision importance
sampling); Thomas (2015), Safe reinforcement learning, section 3.9.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.estimators.evidence.of_ratios import evidence_of_ratios
from replay.numerics.fieldwise_sum import FieldwiseSum
from replay.stats.cluster_sums import Groups

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class StepwiseSnips(FieldwiseSum, RowEstimator):
    """Sums over tasks of y = (ρ_t r_t for every t, ρ_t for every t) and of y yᵀ."""

    name: ClassVar[str] = "SNIPS"
    empty_without: ClassVar[str | None] = "count"
    count: int = 0
    sums: Floats = field(default_factory=lambda: np.zeros(0))
    cross: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    groups: Groups = field(default_factory=Groups)

    def receive(self, scored: Scored) -> StepwiseSnips:
        y = scored.stepwise
        assert y is not None, "step-wise SNIPS needs step-wise weights"
        groups = Groups().receive(scored, *y.T)
        return self + StepwiseSnips(len(scored), y.sum(axis=0), y.T @ y, groups)

    def value(self) -> float | None:
        if not self.count:
            return None
        earned, weight = np.split(self.sums, 2)
        return float((earned[weight > 0] / weight[weight > 0]).sum()) if weight.any() else None

    def variance(self) -> float | None:
        """Variance of the estimate by the delta method; `None` below two tasks."""
        evidence = self.evidence()
        return None if evidence is None else evidence.variance

    def evidence(self) -> Evidence | None:
        return evidence_of_ratios(self.value(), self.count, self.sums, self.cross, self.groups)
