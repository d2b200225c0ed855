"""Calibration: the chance that an answer is right, given its raw confidence, learned from gold.

With z the log-odds of a confidence and y whether the answer was right,

    P(y = 1) = 1 / (1 + exp(-(shift + slope * z)))          (Platt 1999, on the log-odds)

The two numbers have a normal prior and are updated one gold task at a time by the extended Kalman
filter of logistic regression (a Newton step with the curvature so far; Fahrmeir 1992, JASA 87(418),
501-509, doi:10.1080/01621459.1992.10475232), so the fit is bounded from the first task on. The
weight of old gold decays.

Raw confidences are often right as they are, and a fit to little gold would only add its noise. So
the calibrated chance is a mean of the raw one and the fitted one, weighted by the probability of
each given the gold, which both have equally before any. With d the distance of the fit from
(0, 1), H its curvature and H0 that before any gold, Laplace's approximation of their odds (Kass and
Raftery 1995, JASA 90(430), 773-795, doi:10.1080/01621459.1995.10476572) is

    P(fit) / P(raw) = sqrt(det H0 / det H) * exp(d' H d / 2).

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
    """The fit of one project, and its curvature (a symmetric 2 x 2 matrix).

    `inverse` and `inverse_squared` are the sums of 1 / chance and its square over recent audits.

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

    def calibrated(self, confidence: float) -> float:
        """Return the chance that an answer of this raw confidence is right."""
        z = logit(confidence)
        raw = logistic(z)
        if not self.golds:
            return raw
        return raw + self.fit_probability() * (logistic(self.shift + self.slope * z) - raw)

    def fit_probability(self) -> float:
        """Return the probability, given the gold, that the fit is true rather than the raw chance.

        Examples
        --------
        >>> map_ = Calibration()
        >>> map_.fit_probability()
        0.5
        >>> for i in range(100):
        ...     map_.learn(0.9, right=i % 10 != 0)
        >>> as_they_are = map_.fit_probability()
        >>> for i in range(100):
        ...     map_.learn(0.9, right=i % 10 > 2)
        >>> as_they_are < 0.4, map_.fit_probability() > 0.99
        (True, True)
        """
        shift, slope = self.shift, self.slope - 1.0
        distance = (
            shift * shift * self.curve_shift
            + 2.0 * shift * slope * self.curve_cross
            + slope * slope * self.curve_slope
        )
        evidence = (distance - math.log(self._determinant() / (PRIOR_SHIFT * PRIOR_SLOPE))) / 2.0
        return logistic(evidence)

    def error(self, confidence: float) -> float:
        """Return the standard error of that chance.

        That of the fit is by its curvature (delta method), and counts in full: where the raw chance
        is likely, it is so because little gold contradicts it. Which of the two is true adds to it.

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
        chance, fit = logistic(self.shift + self.slope * z), self.fit_probability()
        variance = self.curve_slope - 2.0 * z * self.curve_cross + z * z * self.curve_shift
        deviation = chance * (1.0 - chance) * math.sqrt(max(0.0, variance) / self._determinant())
        apart = chance - logistic(z)
        return math.sqrt(deviation * deviation + fit * (1.0 - fit) * apart * apart)

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
        self.curve_shift = PRIOR_SHIFT + (self.curve_shift - PRIOR_SHIFT) * FADE + spread
        self.curve_cross = self.curve_cross * FADE + spread * z
        self.curve_slope = PRIOR_SLOPE + (self.curve_slope - PRIOR_SLOPE) * FADE + spread * z * z
        miss = weight * (float(right) - chance)
        determinant = self._determinant()
        shift = self.shift + miss * (self.curve_slope - self.curve_cross * z) / determinant
        slope = self.slope + miss * (self.curve_shift * z - self.curve_cross) / determinant
        self.slope = max(LEAST_SLOPE, min(MOST_SLOPE, slope))
        # What the slope may not do, the shift does: the best one for a slope at its bound.
        shift += (slope - self.slope) * self.curve_cross / self.curve_shift
        self.shift = max(-BOUND, min(BOUND, shift))
        self.golds += 1

    def _determinant(self) -> float:
        """Return the determinant of the curvature."""
        return self.curve_shift * self.curve_slope - self.curve_cross * self.curve_cross

    def _weight(self, audit_propensity: float) -> float:
        """Count an audit in the sums, and return its weight."""
        inverse = 1.0 / audit_propensity
        self.inverse = self.inverse * WEIGHT_FADE + inverse
        self.inverse_squared = self.inverse_squared * WEIGHT_FADE + inverse * inverse
        return inverse * self.inverse / self.inverse_squared
