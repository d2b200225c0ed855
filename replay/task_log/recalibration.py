"""Recalibrated confidence: the prediction-powered proxy of a right answer (PPI++).

With f the confidence, Y whether gold found the answer right, and E, f̄ and s² the mean of anything,
the mean of f and its variance over audited tasks, weighted by w = 1 / the chance of the audit,

g(f) = f + m / (m + κ) · [E(Y − f) + (f − f̄) E((f − f̄)(Y − f)) / s²],

kept in [0, 1]: a regression of Y on f, shrunk to f itself, with m = (Σw)² / Σw² the effective
number of audits and κ = `PRIOR`. By the weights it is a regression over all tasks, whichever
confidences audits prefer. A task's own gold is not among the audits: they are those in the other of
`FOLDS` folds (a keyed hash of the task), so that an audit's correction keeps mean 0.

Source: Angelopoulos, Duchi and Zrnic (2023), arXiv:2311.01453, section 6 (the tuned coefficient);
cross-fitted as Zrnic and Candès (2024), PNAS 121(15). The shrinkage is ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.draw import draw
from replay.stats.effective_size import effective_sample_size

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

FOLDS = 5
"""As usual for cross-fitting; each task's proxy comes from four fifths of the gold."""

PRIOR = 5.0
"""Audited tasks' worth of belief in the confidence itself; few audits change little."""


class _Line(NamedTuple):
    """What is added to a confidence f: level + slope (f − mean)."""

    level: float
    slope: float
    mean: float


@dataclass(slots=True)
class Recalibration:
    """Sums over audited tasks by fold: Σw, Σwf, Σwf², ΣwY, ΣwfY and Σw²; shape (FOLDS, 6)."""

    sums: Floats = field(default_factory=lambda: np.zeros((FOLDS, 6)))
    _lines: list[_Line] = field(default_factory=list, init=False)

    def receive(self, task: str, confidence: float, *, right: float, weight: float = 1.0) -> None:
        """Add an audited task whose gold has come; `weight` is 1 / the chance of its audit.

        Examples
        --------
        >>> found = Recalibration()
        >>> for number in range(100):
        ...     found.receive(f"t{number}", 0.9, right=number % 5 > 0)
        >>> round(found.proxy("new", 0.9), 2), Recalibration().proxy("new", 0.9)
        (0.82, 0.9)
        """
        f, y = confidence, right
        of_all = (weight * x for x in (1.0, f, f * f, y, f * y))
        self.sums[_fold(task)] += (*of_all, weight * weight)
        self._lines = []

    def proxy(self, task: str, confidence: float) -> float:
        """Chance that an answer of this confidence is right, by gold of other tasks."""
        self._lines = self._lines or [
            _line(np.delete(self.sums, fold, axis=0).sum(axis=0)) for fold in range(FOLDS)
        ]
        level, slope, mean = self._lines[_fold(task)]
        return min(max(confidence + level + slope * (confidence - mean), 0.0), 1.0)


def _line(sums: Floats) -> _Line:
    """Return by how much confidences are moved, from the sums of the audited tasks."""
    weight, f, ff, y, fy, squared = (float(x) for x in sums)
    if not weight:
        return _Line(0.0, 0.0, 0.0)
    mean = f / weight
    spread = max(ff / weight - mean * mean, 0.0)
    together = (fy - ff) / weight - mean * (y - f) / weight
    audits = effective_sample_size(weight, squared)
    believed = audits / (audits + PRIOR)
    slope = together / spread * believed if spread > 1e-12 else 0.0
    return _Line((y - f) / weight * believed, slope, mean)


def _fold(task: str) -> int:
    return int(draw(0, task, 0, "recalibration") * FOLDS)
