"""Check of covariate balance: the context must not depend on the action taken.

Given the logged chances an action is drawn without regard to anything else, so in the rows where it
was taken every number of the context has the mean that the chances say. A column that was written
after the decision (a score of the answer, the seconds it took) has not; nor has any where the
propensities are not those that were used. A model of the reward that knows such a column foresees
what came of the action, and the doubly robust estimate is biased without limit.

A number is taken as it is, a text as a few random signs of its values. With 1[a] − μₐ for the
residual of an action and f for a number of the context, Σ (1[a] − μₐ) f has the mean 0 and the
variance Σ μₐ (1 − μₐ) f². Where only the chance of what was done is known, the residual is
1[a]/μ − 1, and its variance the larger of the one seen and the one that there would be if the other
K − 1 actions shared the chance that the action taken left over: large residuals may not have come.

Source: Imai and Ratkovic (2014), JRSS B 76(1), 243-263, section 2 (balance as a condition that
propensities must meet).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import and_
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from scipy.special import ndtr

from replay.checks.check_result import Grade
from replay.numerics.fieldwise_sum import FieldwiseSum, merged
from replay.numerics.hashed_uniform import mixed
from replay.order.content import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.models.features import Features
    from replay.numerics.arrays import Floats, Ints
    from replay.tables.rows import Rows

SIGNS = 6
"""Random signs of a text's values: a column that depends on the action passes one by luck."""

LARGEST = 5.0
"""Standard deviations that a number may be from its mean; what is further counts as so far."""

FEWEST = 20.0
"""Rows with an action, expected, taken or effective, below which nothing is said of it: the sum of
few residuals is not normal."""

SURE = 1e-6
"""Chance of all other actions below which there is none."""

UNSEEN = 4.0
"""Rows besides those seen that a variance is given where chances are not all known, as a guess."""

BY_LUCK = 1e-4
"""P-value below which it is no luck: one sound log in 10,000 is refused."""

MATERIAL = 0.03
"""Standard deviations of the context's number between what is and what is expected. A column that
carries the action's effect on the reward makes DR lose it, however small its own change is."""

FORETOLD = 0.95
"""Share of the reward's variance that no context explains without the action: a copy of it does."""


@dataclass(frozen=True, slots=True)
class Imbalance:
    """The column that depends most on an action: by how many standard deviations, and by luck.

    `r_squared` is of the reward by the context alone, on rows that the fit has not seen.
    """

    column: str
    action: str
    deviations: float
    p_value: float
    r_squared: float | None = None

    @property
    def material(self) -> bool:
        """Whether it is more than luck, and more than little."""
        return self.p_value < BY_LUCK and abs(self.deviations) > MATERIAL


@dataclass(frozen=True, slots=True, eq=False)
class BalanceSums(FieldwiseSum):
    """Sums by slot of an action and number f of the context, mergeable.

    `rows` counts rows. `actions`, shape (5, K), has for each action the rows where it was taken and
    is expected, and of its residuals Σ e, Σ e² (Σ μ(1 − μ) where chances are known) and Σ g, with g
    the variance of e that the chance of another action taken leaves room for. `once`, shape (m,),
    is Σ f; `products`, shape (5, K, m), Σ e f, Σ e² f, Σ e² f², Σ g f and Σ g f².
    """

    empty_without: ClassVar[str | None] = "rows"
    known: bool = field(default=True, metadata=merged(and_))
    rows: int = 0
    actions: Floats = field(default_factory=lambda: np.zeros((5, 0)))
    once: Floats = field(default_factory=lambda: np.zeros(0))
    products: Floats = field(default_factory=lambda: np.zeros((5, 0, 0)))

    def receive(self, rows: Rows, features: Features) -> BalanceSums:
        """Add rows; nothing is kept where no context is known."""
        if not rows.context or not len(rows):
            return self
        slot = np.asarray(features.slot, np.int64)
        k = int(slot.max(initial=0)) + 1
        taken = np.eye(k)[slot[rows.action]]
        if rows.logged_pmf is None:
            expected = np.ones_like(taken)
            if rows.eligible is not None:
                expected = (_by_slot(rows.eligible.astype(np.float64), slot, k) > 0).astype(float)
            residual = (taken / rows.propensity[:, None] - 1.0) * expected
            square = residual**2
            left = 1.0 - rows.propensity
            rest = np.where(left < SURE, 0.0, (k - 1) / np.maximum(left, SURE))
            room = rest[:, None] * (1.0 - taken) * expected
        else:
            expected = _by_slot(rows.logged_pmf, slot, k)
            residual, square = taken - expected, expected * (1.0 - expected)
            room = np.zeros_like(square)
        f = _numbers(rows, features)
        actions = [values.sum(axis=0) for values in (taken, expected, residual, square, room)]
        products = [residual.T @ f]
        for values in (square, room):
            products += [values.T @ f, values.T @ (f * f)]
        known = rows.logged_pmf is not None
        return self + BalanceSums(
            known, len(rows), np.stack(actions), f.sum(axis=0), np.stack(products)
        )

    def worst(self, features: Features, actions: Sequence[str]) -> Imbalance | None:
        """Find the column that depends most on an action; `None` where too little is known.

        P-values are corrected for the number of columns and actions (Bonferroni).
        """
        taken, expected, residual, square, room = self.actions
        enough = (taken >= FEWEST) & (expected >= FEWEST)
        if not self.known:
            # Effective number of rows of the action, weighted by 1/μ: Σ e is Σ 1/μ less those due.
            inverse = residual + expected
            inverse_square = square + 2.0 * inverse - expected
            enough &= inverse**2 >= FEWEST * inverse_square
        if not self.rows or not enough.any() or not len(self.once):
            return None
        mean = self.once / self.rows
        moved = self.products[0] - np.outer(residual, mean)
        seen, left = (
            twice - 2 * mean * once + np.outer(total, mean**2)
            for once, twice, total in (
                (self.products[1], self.products[2], square),
                (self.products[3], self.products[4], room),
            )
        )
        few = 0.0 if self.known else UNSEEN / np.maximum(taken, 1.0)[:, None]
        variance = np.maximum(seen * (1.0 + few), left)
        error = np.sqrt(np.maximum(np.where(enough[:, None], variance, 0.0), 0.0))
        away = np.divide(moved, error, out=np.zeros_like(error), where=error > 1e-9)
        p_values = np.minimum(2.0 * ndtr(-np.abs(away)) * enough.sum() * len(mean), 1.0)
        deviations = np.divide(
            moved, expected[:, None], out=np.zeros_like(moved), where=enough[:, None]
        )
        sure = p_values < BY_LUCK
        rank = np.abs(deviations) * sure if sure.any() else np.abs(away)
        at, number = np.unravel_index(int(np.argmax(rank)), rank.shape)
        action = next(name for name, slot in zip(actions, features.slot, strict=True) if slot == at)
        column = columns_of(features)[int(number)]
        return Imbalance(column, action, float(deviations[at, number]), float(p_values[at, number]))


def columns_of(features: Features) -> list[str]:
    """Name the column of each number f."""
    texts = [name for name in features.categories for _ in range(SIGNS)]
    return [*texts, *(name for name, _, _ in features.numbers)]


def _numbers(rows: Rows, features: Features) -> Floats:
    """Numbers of the context, scaled: shape (n, m)."""
    columns = []
    for name in features.categories:
        values = numbers_of(rows.context[name]) + 0.0
        bits = mixed(values.view(np.uint64))
        columns += [
            np.where(bits >> np.uint64(at) & np.uint64(1), 1.0, -1.0) for at in range(SIGNS)
        ]
    for name, mean, scale in features.numbers:
        with np.errstate(over="ignore"):  # what is infinitely far is clipped
            z = (numbers_of(rows.context[name], missing=mean) - mean) / scale
        columns.append(np.clip(z, -LARGEST, LARGEST))
    return np.column_stack(columns) if columns else np.zeros((len(rows), 0))


def _by_slot(values: Floats, slot: Ints, k: int) -> Floats:
    """Add up the columns of actions that share a slot: shape (n, k)."""
    if len(slot) == k:
        return values
    sums = np.zeros((len(values), k))
    np.add.at(sums.T, slot, values.T)
    return sums


def on_balance(imbalance: Imbalance | None, *, certain: bool) -> tuple[Grade, str] | None:
    """Judge the context: `good`, `weak` or `broken`, and a sentence.

    `certain` says that nothing else than the column or the propensities can be the reason.

    Examples
    --------
    >>> str(on_balance(Imbalance("score", "crowd", 0.42, 1e-9), certain=True)[0])
    'broken'
    """
    if imbalance is None:
        return None
    if imbalance.material:
        text = (
            f"the context column {imbalance.column} differs by action more than the propensities"
            f" allow ({imbalance.deviations:+.2f} standard deviations for {imbalance.action}):"
            " either it was recorded after the decision (remove it from --context), or the"
            " propensities are wrong"
        )
        return (Grade.BROKEN if certain else Grade.WEAK), text
    if imbalance.r_squared is not None and imbalance.r_squared > FORETOLD:
        text = (
            "the context columns predict the reward almost exactly, whatever the action (R²"
            f" {imbalance.r_squared:.3f}): one of them holds the outcome; remove it from --context"
        )
        return Grade.BROKEN, text
    return Grade.GOOD, "no context column differs by action more than the propensities allow"
