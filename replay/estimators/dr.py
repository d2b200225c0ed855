"""Doubly robust estimator, DR (Dudík, Langford and Li 2011): the mean of Σₐ π q̂ + w (r − q̂).

Its variance ("max variance") is the larger of the one seen, Var(s), and the one that a model of the
reward says (`replay/stats/dr_sums.py`).

Source: Dudík, Langford and Li (2011), ICML, equation 3; the max variance: our statistics, part 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from replay.estimators.estimator import RowEstimator
from replay.estimators.evidence.of_mean import evidence_of_mean
from replay.stats.dr_sums import DrSums

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
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
        if self.scores.count < 2:
            return None
        return evidence_of_mean(self.scores, self.modelled(), self.ess(), self.groups)
