"""Calibration: the chance that an answer is right, given its raw confidence, learned from gold.

With z the log-odds of a confidence and y whether the answer was right,

    P(y = 1) = 1 / (1 + exp(-(shift + slope * z)))          (Platt 1999, on the log-odds)

The two numbers have a normal prior and are updated one gold task at a time by the extended Kalman
filter of logistic regression (a Newton step with the curvature so far; Fahrmeir 1992, JASA 87(418),
501-509, doi:10.1080/01621459.1992.10475232), so the map is bounded from the first task on. The
weight of old gold decays.
"""

from __future__ import annotations

import math

import msgspec

BOUND = 8.0
"""Log-odds are clipped here, at one error in 3,000: no gold set shows smaller rates."""
FADE = 0.999
"""Factor on the curvature per gold task: an effective memory of about 1,000 tasks."""
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
    return max(-BOUND, min(BOUND, math.log(chance / (1.0 - chance))))


def logistic(log_odds: float) -> float:
    """Return the chance that belongs to log-odds; never overflows."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    grown = math.exp(log_odds)
    return grown / (1.0 + grown)


class Calibration(msgspec.Struct):
    """The map of one project, and the curvature of its fit (a symmetric 2 x 2 matrix).

    Before gold, `slope` is below 1: errors of a task's labels are correlated, so raw confidence is
    too high (as on 11 of 12 real data sets).

    Examples
    --------
    >>> map_ = Calibration()
    >>> for i in range(400):
    ...     map_.learn(0.99, right=i % 10 != 0)
    >>> abs(map_.calibrated(0.99) - 0.9) < 0.01
    True
    """

    shift: float = 0.0
    slope: float = 0.65
    curve_shift: float = PRIOR_SHIFT
    curve_cross: float = 0.0
    curve_slope: float = PRIOR_SLOPE
    golds: int = 0

    def calibrated(self, confidence: float) -> float:
        """Return the chance that an answer of this raw confidence is right."""
        return logistic(self.shift + self.slope * logit(confidence))

    def learn(self, confidence: float, *, right: bool) -> None:
        """Learn from one gold task whose answer had the raw `confidence`."""
        z = logit(confidence)
        chance = logistic(self.shift + self.slope * z)
        spread = max(chance * (1.0 - chance), 1e-4)
        # What fades is what gold added. The prior stays, or the curvature would become singular.
        self.curve_shift = PRIOR_SHIFT + (self.curve_shift - PRIOR_SHIFT) * FADE + spread
        self.curve_cross = self.curve_cross * FADE + spread * z
        self.curve_slope = PRIOR_SLOPE + (self.curve_slope - PRIOR_SLOPE) * FADE + spread * z * z
        miss = float(right) - chance
        area = self.curve_shift * self.curve_slope - self.curve_cross * self.curve_cross
        self.shift += miss * (self.curve_slope - self.curve_cross * z) / area
        self.slope += miss * (self.curve_shift * z - self.curve_cross) / area
        self.shift = max(-BOUND, min(BOUND, self.shift))
        self.slope = max(LEAST_SLOPE, min(MOST_SLOPE, self.slope))
        self.golds += 1
