"""Rows ready to be summed: reward, weight, and what the frozen model says about each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.tables.distribution import TOLERANCE

if TYPE_CHECKING:
    from replay.tables.rows import Floats, Rows
    from replay.target import Target


@dataclass(frozen=True, slots=True)
class Scored:
    """n rows or tasks under a target policy; every array has n rows.

    weight     importance weight w of the logged action
    reward     what was received
    direct     Σₐ π(a|x) q̂(x, a), or the baseline g(x) where π is not fully known
    predicted  q̂ of the logged action, or g(x)
    noise      shape (n, P): P guesses at the reward's variance given x and the logged action
    spread     shape (n, P): Σₐ π²/μ noise over the full pmf, or w² noise where μ is not known
    fitted     whether there was a model yet
    unsupported  whether the target can do something there that the log can't
    chi        Σₐ π²/μ where both pmfs are known, else NaN

    Of whole tasks, which several decisions were made about, besides:

    stepped    Σ_t ρ_t r_t, each step's reward weighted by the decisions up to it
    doubly     the doubly robust score, step by step
    stepwise   shape (n, 2H): ρ_t r_t of every step, then ρ_t of every step
    """

    weight: Floats
    reward: Floats
    direct: Floats
    predicted: Floats
    noise: Floats
    spread: Floats
    fitted: Floats
    unsupported: Floats
    chi: Floats
    stepped: Floats | None = None
    doubly: Floats | None = None
    stepwise: Floats | None = None

    def __len__(self) -> int:
        """How many rows."""
        return len(self.reward)

    def terms(self) -> Floats:
        """IPS term of each row: w r."""
        return self.weight * self.reward if self.stepped is None else self.stepped

    def scores(self) -> Floats:
        """Doubly robust score of each row: direct + w (r − q̂)."""
        if self.doubly is not None:
            return self.doubly
        return self.direct + self.weight * (self.reward - self.predicted)


def score(
    rows: Rows, target: Target, pmf: Floats | None, predicted: Floats, kind: str, *, fitted: bool
) -> Scored:
    """Weigh rows and compare them with the model.

    Parameters
    ----------
    rows, target
        The log, and what is asked of it.
    pmf
        The target's chances, shape (n, K), or `None` where only the logged action's is known.
    predicted
        q̂ of every action, shape (n, K), or g(x), shape (n, 1), where `pmf` is `None`.
    kind
        `binary`, `positive` or `real`: what the variance of the reward may depend on.
    fitted
        Whether `predicted` comes from a model.
    """
    at = np.arange(len(rows))
    if rows.target_prob is not None:
        logged_target = rows.target_prob
    elif target.kind == "logging" or pmf is None:
        logged_target = rows.propensity
    else:
        logged_target = pmf[at, rows.action]
    weight = logged_target / rows.propensity
    if pmf is None:
        own = direct = predicted[:, 0]
    else:
        own, direct = predicted[at, rows.action], (pmf * predicted).sum(axis=1)
    noise = _noise(own, kind)
    known = rows.logged_pmf
    if pmf is None or known is None:
        spread, chi = weight[:, None] ** 2 * noise, np.full(len(rows), np.nan)
        # A propensity of 1 leaves nothing else that could have been done.
        unsupported = (rows.propensity > 1 - 1e-9) & (logged_target < 1 - 1e-9)
        if pmf is not None:  # what the target would do where it isn't eligible
            unsupported |= pmf.sum(axis=1) < 1 - 2 * TOLERANCE
    else:
        ratio = np.divide(pmf**2, known, out=np.zeros_like(pmf), where=known > 0)
        spread, chi = (ratio[:, :, None] * _noise(predicted, kind)).sum(axis=1), ratio.sum(axis=1)
        unsupported = np.where(known > 0, pmf, 0.0).sum(axis=1) < 1 - 2 * TOLERANCE
    ones = np.full(len(rows), float(fitted))
    return Scored(
        weight, rows.reward, direct, own, noise, spread, ones, unsupported.astype(float), chi
    )


def _noise(predicted: Floats, kind: str) -> Floats:
    """Shapes of the variance: q̂(1 − q̂) if binary, q̂⁰, q̂¹, q̂² if positive, a constant else."""
    if kind == "binary":
        return (predicted * (1.0 - predicted))[..., None]
    if kind == "positive":
        return np.stack([np.ones_like(predicted), predicted, predicted**2], axis=-1)
    return np.ones_like(predicted)[..., None]
