"""Sums of DR, doubly robust estimation, and the variance that a model of the reward implies.

The modelled variance is Var(Σₐ π q̂) + c E[Σₐ π²/μ σ̂²], so that tails that were not drawn yet count.
σ̂² is q̂(1 − q̂) for binary rewards, q̂ᵖ for positive ones, constant else. Of p = 0, 1, 2 the one is
taken that fits all rows' residuals best by extended quasi-likelihood, log mean (r − q̂)²/q̂ᵖ +
mean log q̂ᵖ. c scales σ̂² to the residuals: c = Σ u (r − q̂)² / Σ u σ̂², the larger of u = w, the
target's rows, and u = 1, all rows: more of them, so less of the noise is missed where few rows
weigh much. How well the target's rows know c is itself known where rewards are 0 and 1: the other
counts no further than that allows.

Source: our statistics, part 5; Nelder and Pregibon (1987), Biometrika 74(2), 221-232, for the
choice of p.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import or_
from typing import TYPE_CHECKING, Self

import numpy as np

from replay.numerics.fieldwise_sum import FieldwiseSum, added, merged, unless_empty
from replay.numerics.inner_product import inner
from replay.numerics.moments import Moments
from replay.stats.cluster_sums import Groups
from replay.stats.effective_size import effective_sample_size

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

SURE = 2.0
"""Standard errors of the target's own c that all rows' c may be above it, where they are known."""


@dataclass(frozen=True, slots=True, eq=False)
class DrSums(FieldwiseSum):
    """Sums of DR: moments of s and of Σₐ π q̂, and per guess at the noise Σ spread.

    `residual`, shape (2, 3), has Σ u (r − q̂)ᵏ for k = 0, 1, 2 with u = w and with u = 1; `noise`
    Σ u σ̂² per guess; `fit`, shape (2, P), Σ (r − q̂)²/σ̂² and Σ log σ̂² per guess.
    """

    scores: Moments = field(default_factory=Moments)
    direct: Moments = field(default_factory=Moments)
    residual: Floats = field(default_factory=lambda: np.zeros((2, 3)))
    noise: Floats = field(
        default_factory=lambda: np.zeros((0, 0)), metadata=merged(unless_empty(0))
    )
    spread: Floats = field(default_factory=lambda: np.zeros(0), metadata=merged(unless_empty(0)))
    fit: Floats = field(default_factory=lambda: np.zeros((2, 0)), metadata=merged(unless_empty(1)))
    weight: float = 0.0
    weight_squared: float = 0.0
    binary: bool = field(default=False, metadata=merged(or_))
    groups: Groups = field(default_factory=Groups)

    @classmethod
    def of(
        cls,
        *,
        weight: Floats,
        residual: Floats,
        scores: Floats,
        direct: Floats,
        noise: Floats,
        spread: Floats,
        groups: Groups,
        binary: bool,
    ) -> Self:
        """Sum n rows up: w, r − q̂, s and Σₐ π q̂, shape (n,), σ̂² and its spread, shape (n, P)."""
        w = np.abs(weight)  # of a difference some are negative
        return cls(
            scores=Moments().receive(scores),
            direct=Moments().receive(direct),
            residual=np.array(
                [_powers(w, residual), (len(w), residual.sum(), inner(residual, residual))]
            ),
            noise=np.stack([[inner(w, guess) for guess in noise.T], noise.sum(axis=0)]),
            spread=spread.sum(axis=0),
            fit=_fit(residual, noise),
            weight=float(w.sum()),
            weight_squared=inner(w, w),
            binary=binary,
            groups=groups,
        )

    def __add__(self, other: DrSums) -> Self:
        return added(self, other)

    def modelled(self, *, centred: bool = False) -> float:
        """Variance of one score as a model of the reward says.

        `centred` takes residuals from their means, which a self-normalised estimate makes up for.
        """
        n = self.scores.count
        total, once, missed = self.residual.T[:, :, None]
        if centred:
            mean = np.divide(once, total, out=np.zeros_like(once), where=total > 0)
            missed = np.maximum(missed - mean * once, 0.0)
        noise = np.where(self.noise > 0, self.noise, np.inf)
        scale = missed / noise if len(noise) else noise
        if self.binary and self.weight_squared:
            scale[1] = np.minimum(scale[1], scale[0] * (1.0 + SURE * self._scale_error()))
        guesses = (scale * self.spread / n).max(axis=0, initial=0.0)
        return self.direct.second / n + (float(guesses[self._best()]) if len(guesses) else 0.0)

    def _best(self) -> int:
        """Which guess at the noise fits the residuals best; the first of equals."""
        if self.fit.shape[1] < 2:
            return 0
        ratio, logs = self.fit / self.scores.count
        return int(np.argmin(np.log(np.maximum(ratio, 1e-300)) + logs))

    def _scale_error(self) -> float:
        """Relative standard error of the target's own c, of rewards that are 1 with a chance p.

        That of the mean of (r − p)² over as many rows as the weights are worth; its variance is
        p(1 − p)(1 − 2p)².
        """
        least = 1.0 / self.scores.count
        p = min(max(self.scores.mean, least), 1.0 - least)
        return abs(1.0 - 2.0 * p) / float(np.sqrt(p * (1.0 - p) * self.ess()))

    def ess(self) -> float:
        """Effective sample size of the weights."""
        return effective_sample_size(self.weight, self.weight_squared)


def _powers(u: Floats, missed: Floats) -> tuple[float, float, float]:
    each = u * missed
    return float(u.sum()), float(each.sum()), inner(each, missed)


def _fit(missed: Floats, noise: Floats) -> Floats:
    """Σ (r − q̂)²/σ̂² and Σ log σ̂² per guess; nothing to choose where there is one."""
    if noise.shape[1] < 2:
        return np.zeros((2, noise.shape[1]))
    positive = np.maximum(noise, 1e-300)
    return np.stack([(missed * missed) @ (1.0 / positive), np.log(positive).sum(axis=0)])
