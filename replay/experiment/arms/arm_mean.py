"""Mean of a metric in one arm: a ratio of sums over its units, and their residuals.

With nᵤ tasks of unit u, Sᵤ and Cᵤ the sums of the metric and of the covariates over them,

    R = Σ S / Σ n,   eᵤ = (Sᵤ − R nᵤ) / n̄,   xᵤ = (Cᵤ − R^C nᵤ) / n̄,
    variance of the mean less θ·x: Σᵤ (eᵤ − θ·xᵤ)² / U (U − 1)

(the delta method; with one task a unit it is that of a plain mean). Where gold corrects the metric
the variance is at least that which the verdicts' confidences imply: wrong answers may be too rare
to have been seen (`replay.task_log.ledger`).

Source: Deng, Xu, Kohavi and Walker (2013), WSDM (CUPED); Deng, Knoblich and Lu (2018), KDD,
section 3 (units that are clusters).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.numerics.moments import Moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.experiment.arms.unit_sums import UnitSums
    from replay.numerics.arrays import Floats


class ArmMean(NamedTuple):
    """Mean per task of a metric in one arm, and what its variance is made of.

    `ratio` and `covariates` are the means of metric and covariates; `residuals` are e, `certain`
    those of the metric without corrections by gold, `x` those of the covariates, shape (U, p);
    `doubt` is the variance of the corrections that the confidences imply.
    """

    ratio: float
    covariates: Floats
    residuals: Floats
    certain: Floats | None
    doubt: float
    x: Floats

    @property
    def units(self) -> int:
        """How many units the arm has."""
        return len(self.residuals)

    def variance(self, theta: Floats) -> float:
        """Variance of the mean after the first covariates, those that θ has."""
        return max(self.seen_variance(theta), self.certain_variance(theta) + self.doubt)

    def seen_variance(self, theta: Floats) -> float:
        """Variance of the mean that was seen."""
        return self._of(self.left(theta))

    def certain_variance(self, theta: Floats) -> float:
        """Variance of the mean without what gold corrects; 0 of metrics that it doesn't."""
        return 0.0 if self.certain is None else self._of(self.certain - self._explained(theta))

    def left(self, theta: Floats) -> Floats:
        """Return what covariates leave of the residuals."""
        return self.residuals - self._explained(theta)

    def freedom(self, theta: Floats) -> float | None:
        """Degrees of freedom of the variance, by the kurtosis of what is left."""
        return Moments().receive(self.left(theta)).degrees_of_freedom()

    def _explained(self, theta: Floats) -> Floats:
        explained: Floats = self.x[:, : len(theta)] @ theta
        return explained

    def _of(self, left: Floats) -> float:
        return float(left @ left) / (self.units * (self.units - 1))


def arm_mean(units: UnitSums, metric: str, number: int, least: int) -> ArmMean | None:
    """Return the mean in arm `number`; `None` if it has fewer than `least` units."""
    mine = units.arm == number
    tasks = units.tasks[mine]
    if len(tasks) < least:
        return None
    whole, mean = float(tasks.sum()), float(tasks.mean())
    sums = units.metrics[metric].of(mine)

    def residuals(total: Floats) -> Floats:
        left: Floats = (total - float(total.sum()) / whole * tasks) / mean
        return left

    covariates = units.covariates[mine]
    ratios: Floats = covariates.sum(axis=0) / whole
    return ArmMean(
        ratio=float(sums.total.sum()) / whole,
        covariates=ratios,
        residuals=residuals(sums.total),
        certain=None if sums.certain is None else residuals(sums.certain),
        doubt=0.0 if sums.doubt is None else float(sums.doubt.sum()) / whole**2,
        x=(covariates - np.outer(tasks, ratios)) / mean,
    )


def coefficients(arms: Sequence[ArmMean], kept: int) -> Floats:
    """Return θ of the first `kept` covariates: each arm weighs as it does in the variance."""
    gram, products = np.zeros((kept, kept)), np.zeros(kept)
    for arm in arms:
        x, weight = arm.x[:, :kept], 1.0 / arm.units**2
        gram += weight * (x.T @ x)
        products += weight * (x.T @ arm.residuals)
    scale = np.sqrt(np.diag(gram))
    scale[scale < 1e-12] = np.inf  # a covariate that doesn't vary
    solved = np.linalg.lstsq(gram / np.outer(scale, scale), products / scale, rcond=1e-8)[0]
    theta: Floats = solved / scale
    return theta
