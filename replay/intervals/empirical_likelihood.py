"""Empirical likelihood interval over groups of rows (Owen 2001).

For the influences y_g of groups on the value, the ratio at a distance d from it is
−2 Σ log(1 + λ (y_g − d)), λ such that Σ (y_g − d)/(1 + λ (y_g − d)) = 0; the interval holds the
values whose ratio is below the quantile of Fisher's F with 1 and g − 1 degrees of freedom. Its
ends lie where the influences pull, so it is skewed as they are.

Source: Owen (2001), Empirical Likelihood, sections 2.4 and 2.7; the F quantile: section 2.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import fdtri

from replay.intervals.interval import Interval, widest, within

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind

FEWEST = 20
"""Groups: with fewer the quantile is far off."""


def empirical_likelihood(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval by the likelihood of groups of rows."""
    if evidence is None or evidence.groups is None or evidence.statistic is None:
        return widest(kind, "empirical likelihood is not offered for this estimator")
    groups = evidence.groups
    g = len(groups)
    if g < FEWEST:
        return widest(kind)
    _, gradient = evidence.statistic(groups.sum(axis=0, keepdims=True))
    influence = groups @ gradient[0] * g / groups[:, 0].sum()
    from scipy.optimize import brentq  # noqa: PLC0415 - 20 MB that few need

    limit = float(fdtri(1, g - 1, level))
    unit = float(np.abs(influence).max())
    if not unit:
        return widest(kind)
    influence = influence / unit
    least, most = float(influence.min()), float(influence.max())
    if not least < 0 < most:
        return widest(kind)

    def over(away: float) -> float:
        return _ratio(influence - away) - limit

    def end(furthest: float) -> float:
        """Distance at which the ratio reaches the limit; the furthest there is if it doesn't."""
        away = furthest * (1 - 1e-9)
        if over(away) <= 0:
            return away
        return float(brentq(over, away, 0.0, xtol=1e-10 * abs(furthest)))

    if over(0.0) >= 0:  # influences are rounding errors alone, as of a constant reward
        return widest(kind)
    low, high = unit * end(least), unit * end(most)
    return within(evidence.value + low, evidence.value + high, kind, "empirical likelihood")


def _ratio(y: Floats) -> float:
    """−2 log of the likelihood ratio of a mean of 0."""
    from scipy.optimize import brentq  # noqa: PLC0415 - the same

    n = len(y)
    low, high = (1 / n - 1) / y.max(), (1 / n - 1) / y.min()
    lam = float(brentq(lambda at: float((y / (1 + at * y)).sum()), low, high, xtol=1e-14))
    return float(2 * np.log1p(lam * y).sum())
