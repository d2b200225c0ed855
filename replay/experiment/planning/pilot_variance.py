"""Variance of a unit as a log shows it, with the margin that a plan needs.

Half of all logs show less than the true variance, and tests planned from them would have less than
their power. So a plan takes the upper end of a one-sided 80 % interval of the variance seen,

    s² ν / χ²_ν(.2),   ν = ν_κ / (1 + 2 Σ ρ_k²),

with ν_κ the degrees of freedom by the kurtosis, and ρ_k the autocorrelation of units that follow
one another (squared, less 1/n, which chance alone gives): hours are alike, tasks hardly ever. What
the confidences of the verdicts imply, where that is more, needs no margin.

Source: Browne (1995), Statistics in Medicine 14(17), 1933-1940 (upper limit of a pilot's variance);
Bartlett (1946), JRSS Supplement 8(1), 27-41 (variance of moments of a series).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import chdtri

from replay.experiment.arms.arm_mean import arm_mean, coefficients
from replay.experiment.arms.difference import LEAST_UNITS, covariates_used, spent

if TYPE_CHECKING:
    from replay.experiment.arms.unit_sums import UnitSums
    from replay.numerics.arrays import Floats

LIMIT = 0.8
LEAST_FREEDOM = 10.0
"""Degrees of freedom below which a plan is called rough, and the margin grows no further (1.6)."""

LAGS = 24
"""Units back that one may be like: of hours, a day."""


class PilotVariance(NamedTuple):
    """Mean of a metric per task, and variances of a unit.

    `plain` is that of the metric, `adjusted` what covariates leave of it; `planned` is the latter
    with the margin, and `certain` of that what gold doesn't correct. `freedom` is how many degrees
    of freedom a unit gives, by the kurtosis. `is_rough` says that a few units make most of the
    variance, so that another log may show a very different one.
    """

    mean: float
    plain: float
    adjusted: float
    planned: float
    certain: float
    freedom: float
    is_rough: bool

    def with_audits(self, times: float) -> float:
        """Variance to plan with, if so many times as many tasks are audited."""
        return self.certain + (self.planned - self.certain) / times


def pilot_variance(units: UnitSums, metric: str) -> PilotVariance:
    """Return the variances of units that are all of arm 0, in the order they came."""
    arm = arm_mean(units, metric, 0, LEAST_UNITS)
    assert arm is not None
    kept = covariates_used(units.covariates.shape[1], arm.units)
    theta, none = coefficients((arm,), kept), np.zeros(0)
    if spent(arm.units, kept) * arm.variance(theta) >= arm.variance(none):
        theta, kept = none, 0
    factor = spent(arm.units, kept) * arm.units
    known = arm.freedom(theta) or arm.units
    freedom = known / _likeness(arm.left(theta))
    is_rough = freedom < LEAST_FREEDOM
    freedom = max(freedom, LEAST_FREEDOM)
    margin = freedom / float(chdtri(freedom, LIMIT))
    certain = arm.certain_variance(theta)
    planned = max(margin * arm.seen_variance(theta), certain + arm.doubt)
    return PilotVariance(
        mean=arm.ratio,
        plain=arm.units * arm.variance(none),
        adjusted=factor * arm.variance(theta),
        planned=factor * planned,
        certain=factor * certain,
        freedom=known / arm.units,
        is_rough=is_rough,
    )


def _likeness(left: Floats) -> float:
    """Return 1 + 2 Σ ρ_k², by which units that are alike are fewer."""
    n, variance = len(left), float(left @ left)
    if variance <= 0:
        return 1.0
    total = 0.0
    for lag in range(1, min(LAGS, n // 4) + 1):
        total += (float(left[lag:] @ left[:-lag]) / variance) ** 2 - 1.0 / n
    return 1.0 + 2.0 * max(total, 0.0)
