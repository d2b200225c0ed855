"""Difference of two arms in a metric, adjusted for covariates, with an anytime-valid interval.

    difference = R_T − R_C − θ·(R^C_T − R^C_C),   θ: least squares of eᵤ on xᵤ, within arms,

in the symbols of `replay.experiment.arms.arm_mean`: CUPED with several covariates. They were known
before the arm was drawn, so θ changes the variance alone. The interval is the boundary of
`replay.intervals.anytime`, with Student's t for few units. A small arm that hasn't met what is rare
yet looks as if it never did: its variance is then at least that of both arms' units
(`replay.experiment.arms.spread`).

Source: Deng, Xu, Kohavi and Walker (2013), WSDM (CUPED); Waudby-Smith, Arbour, Sinha, Kennedy and
Ramdas (2024), Annals of Statistics 52(6) (asymptotic confidence sequences); Lindon, Ham, Tingley
and Bojinov (2022), arXiv:2210.08589 (with regression adjustment); Welch (1947), Biometrika 34.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.experiment.arms.arm_mean import arm_mean, coefficients
from replay.experiment.arms.spread import spreads
from replay.intervals.anytime import factor
from replay.intervals.student import quantile
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.experiment.arms.spread import Spread
    from replay.experiment.arms.unit_sums import UnitSums

LEAST_UNITS = 10
"""Units of each arm: with fewer, a variance is hardly known."""

UNITS_PER_COVARIATE = 20
"""Units for each coefficient of θ; with fewer, covariates at the end are left out."""

BEST_AT = {"task": 10_000, "project": 50, "hour": 336}
"""Units at which intervals are narrowest if no number was planned; of hours, two weeks."""


class Looks(NamedTuple):
    """How often an interval may be looked at: any time, narrowest at `best_at` units, or `once`."""

    level: float
    best_at: float
    once: bool = False

    def reach(self, units: int, freedom: float | None) -> float:
        """Half width in standard errors."""
        if self.once:
            return quantile(freedom, self.level)
        widened = quantile(freedom, self.level) / quantile(None, self.level)
        return factor(units, self.level, self.best_at) * widened


class Effect(NamedTuple):
    """What an arm has more than the control of a metric, per task.

    `error` is the standard error, `plain_error` that without covariates; `control` and `arm` are
    the means of both, `arm_error` is that of the arm's, and `units` how many both have together.
    """

    amount: Amount
    error: float
    plain_error: float
    control: float
    arm: float
    arm_error: float
    units: int

    @property
    def shortened(self) -> float:
        """Share by which covariates shorten the interval."""
        return 1.0 - self.error / self.plain_error if self.plain_error > 0 else 0.0


def difference(
    units: UnitSums, metric: str, arms: tuple[int, int], looks: Looks, *, adjusted: bool = True
) -> Effect | None:
    """Estimate what arm `arms[1]` has more of a metric than the control, arm `arms[0]`.

    `None` if an arm has fewer than `LEAST_UNITS` units, or nothing has varied yet.

    Examples
    --------
    >>> from replay.experiment.arms.unit_sums import MetricSums, UnitSums
    >>> cost = np.tile([1.0, 2.0, 1.5, 2.5], 100)
    >>> ones, arm = np.ones(400), np.tile([0, 0, 1, 1], 100)
    >>> units = UnitSums(arm, ones, ones, {"usd": MetricSums(cost)}, np.zeros((400, 0)))
    >>> effect = difference(units, "usd", (0, 1), Looks(0.95, 400))
    >>> effect.amount.value, round(effect.error, 4), round(effect.amount.low, 3)
    (0.5, 0.0501, 0.347)
    """
    control, arm = (arm_mean(units, metric, number, LEAST_UNITS) for number in arms)
    if control is None or arm is None:
        return None
    count = control.units + arm.units
    kept = covariates_used(units.covariates.shape[1], count) if adjusted else 0
    theta, none = coefficients((control, arm), kept), np.zeros(0)
    of_plain = spreads((control, arm), none)
    plain = sum(of.variance for of in of_plain)
    used = spreads((control, arm), theta)
    variance = spent(count, kept) * sum(of.variance for of in used)
    if variance >= plain:  # covariates explain less than their coefficients cost
        theta, variance, used, kept = none, plain, of_plain, 0
    if variance <= 0 or not math.isfinite(variance):
        return None
    value = arm.ratio - control.ratio
    value -= float(theta @ (arm.covariates - control.covariates)[:kept])
    error = math.sqrt(variance)
    half = looks.reach(count, welch(used)) * error
    return Effect(
        Amount(value, value - half, value + half),
        error,
        math.sqrt(plain),
        control.ratio,
        arm.ratio,
        math.sqrt(of_plain[1].variance),
        count,
    )


def covariates_used(known: int, units: int) -> int:
    """How many covariates so many units allow."""
    return min(known, units // UNITS_PER_COVARIATE)


def spent(units: int, covariates: int) -> float:
    """Factor on a variance whose residuals have so many coefficients fitted."""
    return (units - 2.0) / max(units - 2.0 - covariates, 1.0)


def welch(parts: Iterable[Spread]) -> float | None:
    """Degrees of freedom of the sum of variances (Welch 1947), each by its kurtosis."""
    total = weighed = 0.0
    for part in parts:
        total += part.variance
        if part.freedom is not None:
            weighed += part.variance**2 / part.freedom
    return total**2 / weighed if weighed > 0 else None
