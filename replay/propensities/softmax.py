"""Multinomial logistic regression with a ridge penalty: what a context says for each action.

μ(a|x) ∝ exp(c_a + φ(x)ᵀ B_a),  minimising  −Σ log μ(aᵢ|xᵢ) + λ/2 (|B|² + |c − c⁰|²),

over the actions that could be chosen; c⁰ are the logarithms of the shares taken, which keep an
action that was never taken finite. By L-BFGS, over the contexts that differ.

Source: le Cessie and van Houwelingen (1992), Applied Statistics 41(1), 191-201.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize

from replay.numerics.hashed_uniform import uniforms

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats, Ints
    from replay.propensities.sample import Choices

RIDGE = 1.0
"""λ: coefficients of standard deviation 1 are expected, features being 0 or 1, or scaled."""

STEPS, ENOUGH = 500, 1e-7
"""Most steps of a fit, and the part of the loss that a step must gain: of 10,000 rows and 34
actions 0.003 nats, where 1 would be luck. Some 100 steps are usual."""


def fit(choices: Choices) -> Floats:
    """Fit B, shape (d, K), to n choices among K actions with d features of the context."""
    n, (d, k) = len(choices), (choices.context.shape[1], choices.actions)
    if not n or not d or k < 2:
        return np.zeros((d, k))
    start = np.zeros((d + 1, k))
    start[0] = np.log((np.bincount(choices.action, minlength=k) + 0.5) / (n + 0.5 * k))
    first, which = distinct(choices)
    context = choices.context[first]
    eligible = None if choices.eligible is None else choices.eligible[first]
    counts = np.bincount(which * k + choices.action, minlength=len(first) * k)
    taken = counts.reshape(-1, k).astype(np.float64)
    each = taken.sum(axis=1)

    def loss(flat: Floats) -> tuple[float, Floats]:
        table = flat.reshape(d + 1, k)
        away = table - start
        logits = context @ table[1:] + table[0]
        total, pmf = softmax(logits, eligible)
        value = (each * total).sum() - (taken * logits).sum() + RIDGE / 2 * np.square(away).sum()
        over = each[:, None] * pmf - taken
        slope = np.vstack([over.sum(axis=0), context.T @ over]) + RIDGE * away
        return float(value) / n, slope.ravel() / n

    optimum = minimize(
        loss,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": STEPS, "ftol": ENOUGH},
    )
    table: Floats = optimum.x.reshape(d + 1, k)[1:]
    return table


def distinct(choices: Choices) -> tuple[Ints, Ints]:
    """Find contexts, with what could be chosen, that differ: a row of each, and which one each is.

    They are told apart by a weighted sum of their features, with fixed weights that look random.
    """
    key = choices.context @ uniforms(np.arange(choices.context.shape[1]), "context") + 0j
    if choices.eligible is not None:
        key += 1j * (choices.eligible @ uniforms(np.arange(choices.actions), "eligible"))
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return first, which


def softmax(logits: Floats, eligible: Any = None) -> tuple[Floats, Floats]:
    """Return log Σ exp of each row, shape (n,), and the chances, (n, K); 0 where not `eligible`.

    Examples
    --------
    >>> softmax(np.log([[1.0, 3.0]]))[1].round(2).tolist()
    [[0.25, 0.75]]
    """
    if eligible is not None:
        logits = np.where(eligible, logits, -np.inf)
    top = logits.max(axis=1, keepdims=True)
    pmf = np.exp(logits - top)
    sums = pmf.sum(axis=1, keepdims=True)
    return (top + np.log(sums))[:, 0], pmf / sums
