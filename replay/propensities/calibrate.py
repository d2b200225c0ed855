"""Calibration of estimated chances, on rows that their models have not seen.

p_a ∝ exp(b_a + τ z_a): one temperature τ for all, which makes chances less sure that were too
sure, and an intercept b_a for each action, by which its mean chance is the share of the rows that
took it. Both minimise the held-out log loss, a convex problem; b's slope there is mean p_a − share.

Source: Guo, Pleiss, Sun and Weinberger (2017), ICML, section 4.2; with intercepts: Alexandari,
Kundaje and Shrikumar (2020), ICML, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from replay.propensities.softmax import softmax
from replay.stats.calibration_error import ece, noise_floor

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.propensities.sample import Choices

HOTTEST = 5.0
"""Largest τ: a policy that leaves nothing to chance would have none."""

PAIRS, RUNS = 50_000, 20
"""Rows × actions that the calibration error is read off, and draws of its noise floor."""


def calibrate(scores: Floats, choices: Choices) -> tuple[float, Floats]:
    """Find τ and b, shape (K,), for held-out scores z, shape (n, K).

    The shares are those of the whole log; an action that nobody took counts as half a row.
    """
    n, k = scores.shape
    share = np.maximum(choices.taken, 0.5)
    share /= share.sum()
    if not n or k < 2:
        return 1.0, np.log(share)
    right = float(scores[np.arange(n), choices.action].mean())

    def loss(flat: Floats) -> tuple[float, Floats]:
        total, pmf = softmax(flat[0] * scores + flat[1:], choices.eligible)
        value = float(total.mean() - flat[0] * right - share @ flat[1:])
        slope = float(np.einsum("ij,ij->", pmf, scores)) / n - right
        return value, np.append(slope, pmf.mean(axis=0) - share)

    optimum = minimize(
        loss,
        np.append(1.0, np.log(share)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, HOTTEST)] + [(None, None)] * k,
        options={"maxiter": 1000, "maxfun": 2000, "ftol": 1e-15, "gtol": 1e-8},
    )
    return float(optimum.x[0]), np.asarray(optimum.x[1:])


def floored(pmf: Floats, floor: float, eligible: Any = None) -> Floats:
    """Raise chances to a floor, where an action could be chosen, and make them sum to 1 again.

    Examples
    --------
    >>> floored(np.array([[1.0, 0.0]]), 0.25).tolist()
    [[0.8, 0.2]]
    """
    raised = np.maximum(pmf, floor)
    if eligible is not None:
        raised = np.where(eligible, raised, 0.0)
    lifted: Floats = raised / raised.sum(axis=1, keepdims=True)
    return lifted


def calibration_error(pmf: Floats, choices: Choices) -> tuple[float, float]:
    """Return the calibration error of chances, shape (n, K), and what chance alone makes of it.

    Every action of a row counts as an answer of its own (class-wise); of more than `PAIRS`, evenly
    spaced rows stand for all.

    Source: Kull et al. (2019), NeurIPS, section 2; the noise floor is of statistics' part 9.
    """
    n, k = pmf.shape
    step = -(-n * k // PAIRS) or 1
    claimed = pmf[::step]
    was = choices.action[::step, None] == np.arange(k)
    flat = claimed.ravel().tolist()
    error = ece(flat, was.ravel().tolist())
    return error or 0.0, noise_floor(flat, runs=RUNS) or 0.0
