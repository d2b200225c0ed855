"""Baseline estimator: a regression control variate, where only the logged action's π is known.

v = mean of g(x) + w (r − g(x)), with g a model of the reward from the context alone. Unbiased for
any g that doesn't know the row's own reward, because E[w | x] = 1; the sums are those of DR with
g for q̂ and w² for Σₐ π²/μ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from replay.estimators.dr import Dr


@dataclass(frozen=True, slots=True)
class Baseline(Dr):
    """Sums of the baseline form."""

    name: ClassVar[str] = "baseline"
