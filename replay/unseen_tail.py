"""Importance weights that were not drawn: how far they may be missed by those that were.

Where only the logged action's chances are known, E[w²], and with it the effective sample size
n / E[w²] expected before any draw, has to be estimated from the weights of the log. A log that by
chance has none of the largest weights looks healthy. None of these quantities uses a reward:

lower bound   n / E[w²] with E[w²] eight of its standard errors above its estimate. The standard
              error comes from Σw⁴ and is itself too small where few weights carry Σw²; so eight.
              Divided by 1 + deficit² · ess / 4: with a quarter of the target's actions not drawn,
              no log of any length counts for more than 4 / .25² = 64 rows.
complement    A row shows the chances of one action, μ and π; all others together have 1 − μ and
              1 − π. By the Cauchy-Schwarz inequality E[w² | x] ≥ π²/μ + (1 − π)²/(1 − μ), whichever
              action was drawn: a log that nearly always takes the same action is seen through.
deficit       E[w] = 1, so a mean weight below 1 is target probability that was not drawn. Its
              reward is unknown: as far from the estimate as one standard deviation, squared, it
              adds deficit² · ess times the variance, ess being rows per unit of variance. It counts
              in full where the deficit is more than three standard errors of the mean weight, or
              few weights carry Σw²; else it is chance, and the variance has it already.

Measured with SNIPS on 28 designs (softmax, deterministic and uniform targets, floors of 0 to .01,
near-deterministic logging, 5 to 200 actions; 500, 3,000 and 30,000 rows): docs/decisions/0014.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.tables.rows import Floats

ERRORS = 8.0
"""Standard errors of E[w²] above its estimate."""

DEFICIT_SHARE = 0.25
"""Part of deficit² · ess that the lower bound is divided by, added to 1."""

DEFICIT_ERRORS = 3.0
"""Standard errors of the mean weight below 1 from where a deficit counts in full."""

ROUNDING = 1e-6
"""Deficit that chances in floating point may have by themselves."""

MANY = 100.0
"""Squared weights that carry Σw² from where a deficit counts by half or less."""


def least_square(weight: Floats, propensity: Floats) -> Floats:
    """Least E[w² | x] of n rows, by the chances of their logged actions: shape (n,).

    Parameters
    ----------
    weight, propensity
        Importance weight π/μ and logged chance μ of the logged action, shape (n,) each.

    Examples
    --------
    The log takes an action in 99 of 100 rows that the target never takes:

    >>> least_square(np.array([0.0]), np.array([0.99])).round(3).tolist()
    [100.0]
    """
    chance = weight * propensity
    rest = 1.0 - propensity
    others = np.divide((1.0 - chance) ** 2, rest, out=np.zeros_like(rest), where=rest > 1e-9)
    return weight * chance + others


def ess_lower(rows: int, ess: float, square_error: float, deficit: float, least: float) -> float:
    """Lower bound of the effective sample size.

    Parameters
    ----------
    rows
        Rows of the log.
    ess
        Effective sample size of the weights drawn, (Σw)²/Σw².
    square_error
        Relative standard error of the mean of w² (`Ladder.square_error`).
    deficit
        `weight_deficit`.
    least
        Mean of `least_square`; 0 where propensities were not received.

    Examples
    --------
    >>> ess_lower(1000, 120.0, 0.5, 0.0, 0.0), ess_lower(1000, 900.0, 0.0, 0.0, 50.0)
    (24.0, 20.0)
    >>> round(ess_lower(1_000_000, 900_000.0, 0.0, 0.25, 0.0))
    64
    """
    bound = ess / (1.0 + ERRORS * square_error) / (1.0 + DEFICIT_SHARE * deficit**2 * ess)
    return min(bound, rows / least) if least else bound


def weight_deficit(rows: int, mean_weight: float, unsupported: float) -> float:
    """Return how much of the target was not drawn: 1 − mean weight, what lacks support aside.

    Examples
    --------
    >>> weight_deficit(100, 0.75, 5)
    0.2
    """
    return max(1.0 - mean_weight - unsupported / rows, 0.0)


def variance_factor(ess: float, square_error: float, deficit: float, error: float) -> float:
    """Factor on an estimate's variance for the reward of what was not drawn; at least 1.

    Parameters
    ----------
    ess, square_error
        As for `ess_lower`.
    deficit, error
        `weight_deficit`, and the standard error of the mean weight.

    Examples
    --------
    Few weights carry Σw², or many; and a deficit of four standard errors:

    >>> round(variance_factor(100.0, 0.3, 0.2, 0.1), 2), variance_factor(100.0, 0.0, 0.2, 0.1)
    (4.6, 1.0)
    >>> round(variance_factor(100.0, 0.0, 0.4, 0.1), 2)
    17.0
    """
    few = MANY * square_error**2
    share = 1.0 if deficit > DEFICIT_ERRORS * error + ROUNDING else few / (1.0 + few)
    return 1.0 + share * deficit**2 * ess
