"""Step-wise SNIPS of whole tasks: what step t earned, weighted by the decisions up to t.

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
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.statistics import ratios
from replay.stats.cluster_sums import Groups

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class StepwiseSnips(RowEstimator):
    """Sums over tasks of y = (ρ_t r_t for every t, ρ_t for every t) and of y yᵀ."""

    name: ClassVar[str] = "SNIPS"
    count: int = 0
    sums: Floats = field(default_factory=lambda: np.zeros(0))
    cross: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    groups: Groups = field(default_factory=Groups)

    def receive(self, scored: Scored) -> StepwiseSnips:
        y = scored.stepwise
        assert y is not None, "step-wise SNIPS needs step-wise weights"
        groups = Groups().receive(scored, *y.T)
        return self + StepwiseSnips(len(scored), y.sum(axis=0), y.T @ y, groups)

    def __add__(self, other: StepwiseSnips) -> StepwiseSnips:
        if not self.count or not other.count:
            return self if self.count else other
        return StepwiseSnips(
            self.count + other.count,
            self.sums + other.sums,
            self.cross + other.cross,
            self.groups + other.groups,
        )

    def value(self) -> float | None:
        if not self.count:
            return None
        earned, weight = np.split(self.sums, 2)
        return float((earned[weight > 0] / weight[weight > 0]).sum()) if weight.any() else None

    def variance(self) -> float | None:
        """Variance of the estimate by the delta method; `None` below two tasks."""
        if self.count < 2 or self.value() is None:
            return None
        n = self.count
        earned, weight = np.split(self.sums / n, 2)
        safe = np.where(weight > 0, weight, 1.0)
        gradient = np.concatenate([np.where(weight > 0, 1 / safe, 0.0), -earned / safe**2])
        mean = self.sums / n
        covariance = self.cross / n - np.outer(mean, mean)
        return float(max(gradient @ covariance @ gradient, 0.0)) / (n - 1)

    def evidence(self) -> Evidence | None:
        value, variance = self.value(), self.variance()
        if value is None or variance is None:
            return None
        squared = float(self.cross[-1, -1])
        ess = float(self.sums[-1]) ** 2 / squared if squared else 0.0
        freedom = max(ess - 1, 2.0)  # the weights' own, as no fourth powers are kept
        return Evidence(
            value,
            variance,
            variance,
            self.count,
            ess=ess,
            freedom=freedom,
            groups=self.groups.used(),
            statistic=ratios,
        )

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)
