"""Evidence for a sum of ratios, Σ_t Σ ρ_t r_t / Σ ρ_t, by the delta method over tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.evidence import Evidence
from replay.intervals.statistics import ratios
from replay.stats.effective_size import effective_sample_size

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.cluster_sums import Groups


def evidence_of_ratios(
    value: float | None, tasks: int, sums: Floats, cross: Floats, groups: Groups
) -> Evidence | None:
    """Return the evidence; `None` of fewer than two tasks.

    `sums` is Σ y and `cross` Σ y yᵀ of y = (ρ_t r_t for every t, ρ_t for every t).
    """
    if value is None or tasks < 2:
        return None
    variance = variance_of_ratios(tasks, sums, cross)
    ess = effective_sample_size(float(sums[-1]), float(cross[-1, -1]))
    return Evidence(
        value,
        variance,
        variance,
        tasks,
        ess=ess,
        freedom=max(ess - 1, 2.0),  # the weights' own, as no fourth powers are kept
        groups=groups.used(),
        statistic=ratios,
    )


def variance_of_ratios(tasks: int, sums: Floats, cross: Floats) -> float:
    """Variance of a sum of ratios of two or more tasks."""
    mean = sums / tasks
    earned, weight = np.split(mean, 2)
    safe = np.where(weight > 0, weight, 1.0)
    gradient = np.concatenate([np.where(weight > 0, 1 / safe, 0.0), -earned / safe**2])
    covariance = cross / tasks - np.outer(mean, mean)
    return float(max(gradient @ covariance @ gradient, 0.0)) / (tasks - 1)
