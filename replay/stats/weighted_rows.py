"""Rows weighted under a target policy: reward, importance weight and the model's prediction."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from replay.numerics.magnitude import MIN_PROPENSITY
from replay.numerics.of_action import of_action
from replay.stats.cluster_sums import Groups
from replay.stats.dr_sums import DrSums
from replay.stats.products import Products
from replay.tables.values.distributions import TOLERANCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats
    from replay.numerics.reward_kind import RewardKind
    from replay.tables.rows import Rows

LEAST_MEAN = 0.05
"""Least predicted mean that a variance is read off, in units of the mean of all rewards: a linear
model predicts 0 or less where rewards are merely small."""


@dataclass(frozen=True)
class Scored:
    """n rows or tasks under a target policy; every array has n rows.

    weight     importance weight w of the logged action
    reward     what was received
    direct     Σₐ π(a|x) q̂(x, a), or the baseline g(x) where π is not fully known
    predicted  q̂ of the logged action, or g(x)
    noise      shape (n, P): P guesses at the reward's variance given x and the logged action
    spread     shape (n, P): Σₐ π²/μ noise over the full pmf, or w² noise where μ is not known
    binary     whether rewards are 0 and 1, and the noise therefore q̂(1 − q̂)
    fitted     whether there was a model yet
    modelled   whether a model was asked for; where not, `direct` and `predicted` are 0
    unsupported  whether the target can do something there that the log can't; where chances are
               estimated, the target's chance of what the log seems never to do
    chi        Σₐ π²/μ where both pmfs are known, else NaN
    index      the row's number in the log, if rows are drawn from it
    group      of 4,096 (`replay/stats/cluster_sums.py`), if groups are asked for
    clustered  whether rows of a group may be correlated
    top        the largest weight that the row could have had, if both pmfs are known
    action     index of the logged action, of `actions` in all, and its `propensity`
    pmf        the target's chances, shape (n, K), where they are known
    logged     those of the logging policy, likewise
    time       when it was, in seconds, if the log says it
    ids        shape (n, c): groups by c columns that may be clusters

    Of whole tasks, which several decisions were made about, besides:

    stepped    Σ_t ρ_t r_t, each step's reward weighted by the decisions up to it
    doubly     the doubly robust score, step by step
    stepwise   shape (n, 2H): ρ_t r_t of every step, then ρ_t of every step
    certain    the same tasks without what audits add to their rewards
    doubt      variance of what audits add, as the confidences imply it
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
    index: NDArray[np.int64] | None = None
    group: NDArray[np.int64] | None = None
    clustered: bool = False
    binary: bool = False
    top: Floats | None = None
    action: NDArray[np.int64] | None = None
    actions: int = 0
    propensity: Floats | None = None
    pmf: Floats | None = None
    logged: Floats | None = None
    time: Floats | None = None
    ids: NDArray[np.int64] | None = None
    stepped: Floats | None = None
    doubly: Floats | None = None
    stepwise: Floats | None = None
    modelled: bool = True
    certain: Scored | None = None
    doubt: Floats | None = None

    @classmethod
    def without_model(
        cls,
        weight: Floats,
        reward: Floats,
        *,
        unsupported: Floats | None = None,
        propensity: Floats | None = None,
        index: NDArray[np.int64] | None = None,
        group: NDArray[np.int64] | None = None,
        clustered: bool = False,
    ) -> Scored:
        """Rows with no model of the reward, of which only the logged action's chances are known."""
        none = _constant(0.0, len(reward))
        return cls(
            weight,
            reward,
            direct=none,
            predicted=none,
            noise=none[:, None],
            spread=none[:, None],
            fitted=none,
            unsupported=none if unsupported is None else unsupported,
            chi=_constant(np.nan, len(reward)),
            propensity=propensity,
            index=index,
            group=group,
            clustered=clustered,
            modelled=False,
        )

    def __len__(self) -> int:
        """How many rows."""
        return len(self.reward)

    def where(self, keep: NDArray[np.bool_]) -> Scored:
        """Only the rows that `keep`, shape (n,), is true for."""

        def of(value: Any) -> Any:
            return value[keep] if isinstance(value, np.ndarray) else value

        return Scored(*(of(getattr(self, column.name)) for column in fields(self)))

    @cached_property
    def products(self) -> Products:
        """Sums of weights and rewards that several estimators need."""
        return Products.of(self.weight, self.reward)

    @cached_property
    def residual(self) -> Floats:
        """What the model missed, r − q̂."""
        return self.reward - self.predicted

    @cached_property
    def dr(self) -> DrSums:
        """Sums of DR, which other estimators need too."""
        return DrSums.of(
            weight=self.weight,
            residual=self.residual,
            scores=self.scores,
            direct=self.direct,
            noise=self.noise,
            spread=self.spread,
            groups=Groups().receive(self, self.scores),
            binary=self.binary,
        )

    @cached_property
    def scores(self) -> Floats:
        """Doubly robust score of each row: direct + w (r − q̂)."""
        if self.doubly is not None:
            return self.doubly
        if not self.modelled:
            return self.products.terms
        return self.direct + self.weight * self.residual


def score(
    rows: Rows,
    chance: Floats,
    pmf: Floats | None,
    predicted: Floats,
    kind: RewardKind,
    *,
    fitted: bool,
    actions: int,
    clustered: bool = False,
    floor: float = 0.0,
) -> Scored:
    """Weigh rows and compare them with the model.

    Parameters
    ----------
    rows
        The log.
    chance, pmf
        The target's chance of the logged action, shape (n,), and of every action, shape (n, K);
        `None` where only the first is known.
    predicted
        q̂ of every action, shape (n, K), or g(x), shape (n, 1), where `pmf` is `None`.
    kind
        `binary`, `positive` or `real`: what the variance of the reward may depend on.
    fitted
        Whether `predicted` comes from a model.
    actions
        How many the log names, K.
    clustered
        Whether rows of a group may be correlated.
    floor
        Logged chances up to this are no support; above 0 where they are estimated.
    """
    weight = chance / rows.propensity
    if pmf is None:
        own = direct = predicted[:, 0]
    else:
        own = of_action(predicted, rows.action)
        direct = np.einsum("ij,ij->i", pmf, predicted)
    noise = _noise(own, kind)
    known = rows.logged_pmf
    if pmf is None or known is None:
        spread, chi, top = weight[:, None] ** 2 * noise, np.full(len(rows), np.nan), None
        # A propensity of 1 leaves nothing else that could have been done.
        unsupported = (rows.propensity > 1 - 1e-9) & (chance < 1 - 1e-9)
        if pmf is not None:  # what the target would do where it isn't eligible
            unsupported |= pmf.sum(axis=1) < 1 - 2 * TOLERANCE
    else:
        seen = known >= MIN_PROPENSITY  # what is smaller is no support, as 0 is
        ratio = np.divide(pmf, known, out=np.zeros_like(pmf), where=seen)
        square = ratio * pmf
        spread = np.einsum("ij,ijp->ip", square, _noise(predicted, kind))
        chi, top = square.sum(axis=1), ratio.max(axis=1)
        lacking = 1.0 - np.where(seen & (known > floor), pmf, 0.0).sum(axis=1)
        unsupported = np.maximum(lacking, 0.0) if floor else lacking > 2 * TOLERANCE
    return Scored(
        weight=weight,
        reward=rows.reward,
        direct=direct,
        predicted=own,
        noise=noise,
        spread=spread,
        fitted=np.full(len(rows), float(fitted)),
        unsupported=unsupported.astype(float),
        chi=chi,
        index=rows.index,
        group=rows.group,
        clustered=clustered,
        binary=kind == "binary",
        top=top,
        action=rows.action,
        actions=actions,
        propensity=rows.propensity,
        pmf=pmf,
        logged=known,
        time=rows.time,
        ids=rows.ids,
    )


def _noise(predicted: Floats, kind: RewardKind) -> Floats:
    """Shapes of the variance: q̂(1 − q̂) if binary, q̂⁰, q̂¹, q̂² if positive, a constant else.

    Positive rewards have a mean of about 1; a prediction near 0 is no promise of no variance.
    """
    if kind == "binary":
        return (predicted * (1.0 - predicted))[..., None]
    if kind == "positive":
        mean = np.maximum(predicted, LEAST_MEAN)
        return np.stack([np.ones_like(mean), mean, mean**2], axis=-1)
    return np.ones_like(predicted)[..., None]


@lru_cache(maxsize=8)  # pieces of a log have few lengths
def _constant(value: float, rows: int) -> Floats:
    """Return an array of one value that can't be written to."""
    return np.broadcast_to(value, rows)
