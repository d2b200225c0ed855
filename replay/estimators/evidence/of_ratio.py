"""Evidence for a ratio of sums, v = Σ w r / Σ w, by the delta method.

The variance is (1/n) E[w² (r − v)²] / E[w]², or that of a reward with the same variance
s² = Σ w (r − v)² / Σ w everywhere, (1/n) E[w²] s² / E[w]², whichever is larger: the second counts
large weights that no reward has met yet.

Source: Owen (2013), Monte Carlo theory, methods and examples, section 9.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.evidence import Evidence
from replay.intervals.statistics import ratio
from replay.numerics.moments import moved
from replay.stats.effective_size import effective_sample_size

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.cluster_sums import Groups


def evidence_of_ratio(
    value: float, rows: int, powers: tuple[Floats, Floats, Floats, Floats], groups: Groups
) -> Evidence | None:
    """Return the evidence for a ratio; `None` of fewer than two rows.

    Parameters
    ----------
    value, rows
        The ratio, and the number of rows.
    powers
        Σ wʲ xᵏ for k = 0, 1, ..., of j = 1, 2, 3 and 4; x is the reward less any constant.
    groups
        Sums of w r and w by group.
    """
    if rows < 2:
        return None
    once, twice, thrice, fourth = powers
    weight, weighted, squared = once
    away = weighted / weight
    w2r0, w2r1, w2r2 = twice
    seen = float(max(w2r2 - 2 * away * w2r1 + away**2 * w2r0, 0.0))
    modelled = float(w2r0 * max(squared / weight - away**2, 0.0))
    third = float(moved(thrice, -away)[-1])
    share = rows / weight
    gradient = np.array([0.0, share, -value * share])
    skewness = groups.skewness(gradient, third / seen**1.5 if seen > 0 else 0.0)
    seen, variance, by_clusters = groups.inflate(
        seen / weight**2, max(seen, modelled) / weight**2, gradient
    )
    return Evidence(
        value,
        variance,
        seen,
        rows,
        ess=float(effective_sample_size(weight, w2r0)),
        freedom=_degrees_of_freedom(rows, moved(twice, -away)[-1], float(moved(fourth, -away)[-1])),
        cluster_freedom=by_clusters,
        skewness=skewness,
        groups=groups.used(),
        statistic=ratio,
    )


def _degrees_of_freedom(rows: int, second: float, fourth: float) -> float | None:
    """Degrees of freedom of the variance, by the kurtosis of w (r − v)."""
    if second <= 0 or fourth <= 0:
        return None
    kurtosis = rows * fourth / second**2
    return float(min(2 * rows / max(kurtosis - 1, 1e-9), rows - 1.0))
