"""Anytime-valid confidence sequence: holds at all looks at a growing log together.

The half width is σ √((n ρ² + 1) / (n ρ²) · ln((n ρ² + 1)/α²) / n): the boundary of a mixture of
normal martingales, as close to the truth as the central limit theorem; σ² is the larger of the
variance seen and that of a model of the reward, and for rewards of two values it is on the log
scale. ρ is such that it is narrowest at `BEST_AT` rows. Where rewards have no limit and the
kurtosis says that the variance is known badly, it reaches to where Student's distribution leaves as
little beyond as the normal does beyond the boundary. It is corrected for skewness as the default
is; where rewards have a long tail, half the degrees of freedom are believed, as by the default.

Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), Annals of Statistics 52(6),
theorem 2.2 and equation 20 for ρ.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scipy.special import ndtr

from replay.intervals.interval import widest, within
from replay.intervals.skewed import ends
from replay.intervals.student import beyond

if TYPE_CHECKING:
    from replay.intervals.evidence import Evidence
    from replay.intervals.interval import Interval
    from replay.numerics.reward_kind import RewardKind

BEST_AT = 10_000
"""Rows at which it is narrowest: for the n that most looks are taken at."""


def anytime(evidence: Evidence | None, kind: RewardKind, level: float) -> Interval:
    """Interval at all looks together."""
    if evidence is None or evidence.variance <= 0:
        return widest(kind)
    n, value = evidence.rows, evidence.value
    reach = boundary = factor(n, level)
    freedom = evidence.cluster_freedom
    if kind != "binary":
        freedom = evidence.believed_freedom(kind)
    if freedom is not None:
        reach = beyond(freedom, float(ndtr(-reach)))
    error = math.sqrt(evidence.variance)
    if kind != "binary":
        skewness = evidence.skewness
        low, high = ends(value, error, skewness, reach, boundary, further_at=boundary)
        return within(low, high, kind, "anytime-valid, corrected for skewness").holding(value)
    if value <= 0:
        return widest(kind)
    ratio = math.exp(min(error * reach / value, 700.0))
    return within(value / ratio, value * ratio, kind, "anytime-valid, log scale")


def factor(n: float, level: float, best_at: float = BEST_AT) -> float:
    """How many standard errors the boundary is away at `n` rows.

    It may be `best_at` any number of rows that was fixed before the first of them was seen.

    Examples
    --------
    >>> round(factor(10_000, 0.95), 2), round(factor(1_000_000, 0.95), 2)
    (3.04, 3.58)
    >>> round(factor(200, 0.95, best_at=200), 2)
    3.04
    """
    alpha = 1 - level
    scale = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha)) + 1) / best_at
    grown = n * scale
    return math.sqrt((grown + 1) / grown * math.log((grown + 1) / alpha**2))
