"""Rejection sampling: the mean reward of rows accepted with probability w / M (Li et al. 2011).

M is the smallest power of 2 that no weight exceeds. The accepted rows are a sample of the target's
own choices: fewer than the log's by M, but plain, with nothing to weigh. Which rows, a keyed hash
of their number in the log says, so it is the same however the log is cut.

Source: von Neumann (1951), NBS Applied Mathematics Series 12, 36-38; Li, Chu, Langford and Wang
(2011), WSDM, for logs of a uniform policy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from replay.estimators.estimator import RowEstimator
from replay.intervals.evidence import Evidence
from replay.numerics.fieldwise_sum import FieldwiseSum, merged
from replay.numerics.hashed_uniform import uniforms

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored

LEVELS = 64
"""Powers of 2 from 1: no float weight in use is beyond 2^63."""

MANTISSA_BITS, BELOW_ONE = 52, 1022
"""Where a float's power of 2 stands, and what stands there for numbers just below 1 (IEEE 754)."""


@dataclass(frozen=True, slots=True, eq=False)
class Rejection(FieldwiseSum, RowEstimator):
    """Rows, Σ r, Σ r² by the largest power of 2 at which rows are accepted; the largest weight."""

    name: ClassVar[str] = "rejection"
    sums: Floats = field(default_factory=lambda: np.zeros((3, LEVELS)))
    top: float = field(metadata=merged(max), default=0.0)

    def receive(self, scored: Scored) -> Rejection:
        if scored.index is None or not len(scored):
            return self
        w, r = scored.weight, scored.reward
        ratio = w / uniforms(scored.index, "rejection")
        level = np.clip((ratio.view(np.int64) >> MANTISSA_BITS) - BELOW_ONE, 0, LEVELS)
        sums = np.empty((3, LEVELS + 1))
        sums[0] = np.bincount(level, minlength=LEVELS + 1)
        sums[1] = np.bincount(level, weights=r, minlength=LEVELS + 1)
        sums[2] = np.bincount(level, weights=r * r, minlength=LEVELS + 1)
        most = w if scored.top is None else scored.top
        return self + Rejection(sums[:, 1:], float(most.max()))  # level 0 is accepted nowhere

    def accepted(self) -> tuple[float, float, float]:
        """Accepted rows, their Σ r and Σ r²."""
        level = max(math.ceil(math.log2(self.top)), 0) if self.top > 0 else 0
        rows, once, twice = self.sums[:, level:].sum(axis=1)
        return float(rows), float(once), float(twice)

    def value(self) -> float | None:
        rows, once, _ = self.accepted()
        return once / rows if rows else None

    def evidence(self) -> Evidence | None:
        rows, once, twice = self.accepted()
        if rows < 2:
            return None
        mean = once / rows
        variance = max(twice / rows - mean**2, 0.0) / (rows - 1)
        return Evidence(mean, variance, variance, int(rows), ess=rows, freedom=rows - 1)
