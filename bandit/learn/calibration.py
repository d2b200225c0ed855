"""Calibration: the chance that an answer is right, given its raw confidence, learned from gold.

With z the log-odds of a confidence and y whether the answer was right,

    P(y = 1) = 1 / (1 + exp(-(shift + slope * z)))          (Platt 1999, on the log-odds)

The two numbers have a normal prior and are updated one gold task at a time by the extended Kalman
filter of logistic regression (a Newton step with the curvature so far; Fahrmeir 1992, JASA 87(418),
501-509, doi:10.1080/01621459.1992.10475232), so the map is bounded from the first task on. The
weight of old gold decays.

Audits prefer unsure answers. One that was drawn with chance p has the weight

    w = (1 / p) * sum(1 / p) / sum(1 / p^2),

sums over recent audits: in proportion to 1 / p, so that the map is the one that fits all verdicts
best where no map of this form fits everywhere; and n of them weigh as much as their effective
sample size (Kish 1965), so that the curvature isn't more than they know. Equal chances give
w = 1. Gold of an unknown chance, which nobody drew, has weight 1.
"""

from __future__ import annotations

import math

import msgspec

BOUND = 8.0
"""Log-odds are clipped here, at one error in 3,000: no gold set shows smaller rates."""
FADE = 0.999
"""Factor on the curvature per gold task: an effective memory of about 1,000 tasks."""
WEIGHT_FADE = 0.98
"""Factor on the sums of weights per audit, some 50 audits: a new share of audits is soon the usual
one, and no weight is above 1 + sqrt(50) / 2 = 4.5."""
PRIOR_SHIFT, PRIOR_SLOPE = 4.0, 16.0
"""Curvature before any gold: prior deviations of 0.5 and 0.25."""
SURER = 4.0
"""Factor on it where labels are of several pools."""
LEAST_SLOPE, MOST_SLOPE = 0.1, 2.0


def logit(chance: float) -> float:
    """Return the log-odds of a chance, clipped to [-BOUND, BOUND].

    Examples
    --------
    >>> logit(0.5), logit(1.0)
    (0.0, 8.0)
    """
    if chance <= 0.0:
        return -BOUND
    if chance >= 1.0:
        return BOUND
    odds = math.log(chance / (1.0 - chance))
    return odds if -BOUND <= odds <= BOUND else math.copysign(BOUND, odds)


def logistic(log_odds: float) -> float:
    """Return the chance that belongs to log-odds; never overflows."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    grown = math.exp(log_odds)
    return grown / (1.0 + grown)


class Calibration(msgspec.Struct):
    """The map of one project, and the curvature of its fit (a symmetric 2 x 2 matrix).

    `inverse` and `inverse_squared` are the sums of 1 / chance and its square over recent audits;
    `prior_shift` and `prior_slope` the curvature before any gold.

    Before gold, the map changes nothing. `of_several_pools` holds to that for longer: what labelers
    of one pool get wrong together, the model of labels sees by the others.

    Examples
    --------
    >>> map_ = Calibration()
    >>> for i in range(400):
    ...     map_.learn(0.99, right=i % 10 != 0)
    >>> abs(map_.calibrated(0.99) - 0.9) < 0.01
    True
    """

    shift: float = 0.0
    slope: float = 1.0
    curve_shift: float = PRIOR_SHIFT
    curve_cross: float = 0.0
    curve_slope: float = PRIOR_SLOPE
    golds: int = 0
    inverse: float = 0.0
    inverse_squared: float = 0.0
    prior_shift: float = PRIOR_SHIFT
    prior_slope: float = PRIOR_SLOPE

    @classmethod
    def of_several_pools(cls) -> Calibration:
        """Return the map before any gold, for labels of several pools."""
        shift, slope = SURER * PRIOR_SHIFT, SURER * PRIOR_SLOPE
        return cls(0.0, 1.0, shift, 0.0, slope, prior_shift=shift, prior_slope=slope)

    def without_gold(self) -> Calibration:
        """Return the map before any gold: what confidences rest on has changed."""
        shift, slope = self.prior_shift, self.prior_slope
        return Calibration(0.0, 1.0, shift, 0.0, slope, prior_shift=shift, prior_slope=slope)

    def calibrated(self, confidence: float) -> float:
        """Return the chance that an answer of this raw confidence is right."""
        return logistic(self.shift + self.slope * logit(confidence))

    def error(self, confidence: float) -> float:
        """Return the standard error of that chance, by the curvature of the fit (delta method).

        Examples
        --------
        >>> map_ = Calibration()
        >>> before = map_.error(0.9)
        >>> for i in range(400):
        ...     map_.learn(0.9, right=i % 10 != 0)
        >>> before > 0.06, map_.error(0.9) < 0.02
        (True, True)
        """
        z = logit(confidence)
        chance = logistic(self.shift + self.slope * z)
        area = self.curve_shift * self.curve_slope - self.curve_cross * self.curve_cross
        variance = (self.curve_slope - 2.0 * z * self.curve_cross + z * z * self.curve_shift) / area
        return chance * (1.0 - chance) * math.sqrt(max(0.0, variance))

    def learn(
        self, confidence: float, *, right: bool, audit_propensity: float | None = None
    ) -> None:
        """Learn from one gold task whose answer had the raw `confidence`.

        `audit_propensity` is the chance with which it was drawn, if an audit gave the gold.
        """
        weight = 1.0 if audit_propensity is None else self._weight(audit_propensity)
        z = logit(confidence)
        chance = logistic(self.shift + self.slope * z)
        spread = weight * max(chance * (1.0 - chance), 1e-4)
        # What fades is what gold added. The prior stays, or the curvature would become singular.
        self.curve_shift = self.prior_shift + (self.curve_shift - self.prior_shift) * FADE + spread
        self.curve_cross = self.curve_cross * FADE + spread * z
        self.curve_slope = (
            self.prior_slope + (self.curve_slope - self.prior_slope) * FADE + spread * z * z
        )
        miss = weight * (float(right) - chance)
        area = self.curve_shift * self.curve_slope - self.curve_cross * self.curve_cross
        self.shift += miss * (self.curve_slope - self.curve_cross * z) / area
        self.slope += miss * (self.curve_shift * z - self.curve_cross) / area
        self.shift = max(-BOUND, min(BOUND, self.shift))
        self.slope = max(LEAST_SLOPE, min(MOST_SLOPE, self.slope))
        self.golds += 1

    def _weight(self, audit_propensity: float) -> float:
        """Count an audit in the sums, and return its weight."""
        inverse = 1.0 / audit_propensity
        self.inverse = self.inverse * WEIGHT_FADE + inverse
        self.inverse_squared = self.inverse_squared * WEIGHT_FADE + inverse * inverse
        return inverse * self.inverse / self.inverse_squared
