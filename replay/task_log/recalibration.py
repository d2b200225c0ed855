"""Recalibrated confidence: the prediction-powered proxy of a right answer (PPI++).

With f the confidence, Y whether gold found the answer right, f̄ and s² the mean and the variance of
f over m audited tasks, κ = `PRIOR`, and sums over these tasks,

g(f) = f + Σ(Y − f) / (m + κ) + (f − f̄) Σ(f − f̄)(Y − f) / (m s² + κ s²),

kept in [0, 1]: a regression of Y on f, shrunk to f itself. A task's own gold is not among the m:
they are the audited tasks in the other of `FOLDS` folds (a keyed hash of the task), so that an
audit's correction keeps mean 0.

Source: Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453, section 6 (the tuned coefficient);
cross-fitted as Zrnic and Candès (2024), PNAS 121(15). The shrinkage is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bandit.draw import draw

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

FOLDS = 5
"""As usual for cross-fitting; each task's proxy comes from four fifths of the gold."""

PRIOR = 5.0
"""Audited tasks' worth of belief in the confidence itself; few audits change little."""


@dataclass(slots=True)
class Recalibration:
    """Sums over audited tasks by fold: m, Σf, Σf², ΣY, ΣfY; shape (FOLDS, 5)."""

    sums: Floats = field(default_factory=lambda: np.zeros((FOLDS, 5)))

    def receive(self, task: str, confidence: float, *, right: bool) -> None:
        """Add an audited task whose gold has come.

        Examples
        --------
        >>> found = Recalibration()
        >>> for number in range(100):
        ...     found.receive(f"t{number}", 0.9, right=number % 5 > 0)
        >>> round(found.proxy("new", 0.9), 2), Recalibration().proxy("new", 0.9)
        (0.82, 0.9)
        """
        f, y = confidence, float(right)
        self.sums[_fold(task)] += (1.0, f, f * f, y, f * y)

    def proxy(self, task: str, confidence: float) -> float:
        """Chance that an answer of this confidence is right, by gold of other tasks."""
        m, f, ff, y, fy = (float(x) for x in self.sums.sum(axis=0) - self.sums[_fold(task)])
        if m < 1:
            return confidence
        mean = f / m
        spread = max(ff / m - mean * mean, 0.0)
        together = (fy - ff) / m - mean * (y - f) / m
        moved = confidence + (y - f) / (m + PRIOR)
        if spread > 1e-12:
            moved += (confidence - mean) * together / spread * m / (m + PRIOR)
        return min(max(moved, 0.0), 1.0)


def _fold(task: str) -> int:
    return int(draw(0, task, 0, "recalibration") * FOLDS)
