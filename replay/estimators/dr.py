"""DR, doubly robust: the mean of s = Σₐ π q̂ + w (r − q̂), unbiased whatever the model.

Its variance ("max variance") is the larger of the one seen, Var(s), and the one that a model of the
reward says (`replay/stats/dr_sums.py`).

Source: Dudík, Langford and Li (2011), ICML, equation 3; the max variance: our statistics, part 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.intervals.choose import default
from replay.intervals.evidence import Evidence
from replay.intervals.statistics import mean
from replay.stats.dr_sums import DrSums

if TYPE_CHECKING:
    from replay.intervals.evidence import Rule
    from replay.intervals.interval import Interval
    from replay.stats.weighted_rows import Scored


@dataclass(frozen=True, slots=True, eq=False)
class Dr(DrSums, RowEstimator):
    """DR from its sums."""

    name: ClassVar[str] = "DR"

    def receive(self, scored: Scored) -> Self:
        return self + scored.dr

    def value(self) -> float | None:
        return self.scores.mean if self.scores.count else None

    def evidence(self) -> Evidence | None:
        n = self.scores.count
        if n < 2:
            return None
        seen = self.scores.second / (n - 1)
        gradient = np.array([-self.scores.mean, 1.0])
        skewness = self.groups.skewness(gradient, self.scores.skewness() / n**0.5)
        seen, variance, by_clusters = self.groups.inflate(
            seen / n, max(seen, self.modelled()) / n, gradient
        )
        return Evidence(
            self.scores.mean,
            variance,
            seen,
            n,
            ess=self.ess(),
            freedom=self.scores.degrees_of_freedom(),
            cluster_freedom=by_clusters,
            skewness=skewness,
            groups=self.groups.used(),
            statistic=mean,
        )

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)
