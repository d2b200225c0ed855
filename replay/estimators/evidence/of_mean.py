"""Evidence for a mean of terms: the variance seen and the one that a model of the reward implies.

With clusters both are multiplied by the design effect (`replay/stats/cluster_sums.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.evidence import Evidence
from replay.intervals.statistics import mean

if TYPE_CHECKING:
    from replay.intervals.evidence import LimitedTerms, NonNegativeTerms
    from replay.numerics.moments import Moments
    from replay.stats.cluster_sums import Groups


def evidence_of_mean(
    terms: Moments,
    modelled: float,
    ess: float,
    groups: Groups,
    *,
    non_negative: NonNegativeTerms | None = None,
    limited: LimitedTerms | None = None,
) -> Evidence | None:
    """Return the evidence for the mean of terms; `None` of fewer than two.

    Parameters
    ----------
    terms
        Moments of the terms.
    modelled
        Variance of one term by a model of the reward.
    ess
        Effective sample size.
    groups
        Sums of the terms by group.
    non_negative, limited
        What is known of terms that are never negative, and of such with an upper limit.
    """
    n = terms.count
    if n < 2:
        return None
    seen = terms.second / (n - 1)
    gradient = np.array([-terms.mean, 1.0])
    skewness = groups.skewness(gradient, terms.skewness() / n**0.5)
    seen, variance, by_clusters = groups.inflate(seen / n, max(seen, modelled) / n, gradient)
    return Evidence(
        terms.mean,
        variance,
        seen,
        n,
        ess=ess,
        freedom=terms.degrees_of_freedom(),
        cluster_freedom=by_clusters,
        skewness=skewness,
        terms=non_negative,
        limited=limited,
        groups=groups.used(),
        statistic=mean,
    )
