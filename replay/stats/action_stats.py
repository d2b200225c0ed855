"""Counts and weights by action: overlap with the target, and a check of the propensities.

Where the logging policy's chances are all known, an action should have been taken as often as they
say: Σ μ(a|x), with variance Σ μ (1 − μ). Where only the chance of what was done is known, the rows
of an action should stand for all rows: Σ 1/μ over them is n in the mean, if it was always eligible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import and_
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from scipy.special import ndtr

from replay.numerics.fieldwise_sum import FieldwiseSum, merged

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored


class Overlap(NamedTuple):
    """One action: rows where it was done, how often the target would, and what those rows say."""

    action: str
    taken: int
    wanted: float
    ess: float


class Mismatch(NamedTuple):
    """The action whose logged chances fit least: taken, expected, and the chance of that by luck.

    `p_value` is corrected for the number of actions (Bonferroni).
    """

    action: str
    taken: float
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class ActionSums(FieldwiseSum):
    """Sums by action.

    `sums`, shape (8, K), has for each action: rows where it was done, how often it should have
    been and that number's variance, how often the target would have done it; and over the rows
    where it was done Σ w, Σ w², Σ 1/μ, Σ 1/μ². `rows` counts all.
    """

    empty_without: ClassVar[str | None] = "rows"
    rows: int = 0
    known: bool = field(default=True, metadata=merged(and_))
    sums: Floats = field(default_factory=lambda: np.zeros((8, 0)))

    def receive(self, scored: Scored) -> ActionSums:
        """Add rows; nothing is kept where they don't say which action was taken."""
        if scored.action is None or scored.propensity is None or not len(scored):
            return self
        action, k, n = scored.action, scored.actions, len(scored)
        w, inverse = scored.weight, 1.0 / scored.propensity

        def by_action(values: Floats) -> Floats:
            return np.bincount(action, weights=values, minlength=k).astype(np.float64)

        sums = np.zeros((8, k))
        sums[0] = np.bincount(action, minlength=k)
        if scored.logged is not None:
            sums[1] = scored.logged.sum(axis=0)
            sums[2] = sums[1] - np.einsum("ij,ij->j", scored.logged, scored.logged)
        sums[4], sums[5] = by_action(w), by_action(w * w)
        sums[3] = sums[4] if scored.pmf is None else scored.pmf.sum(axis=0)
        sums[6], sums[7] = by_action(inverse), by_action(inverse * inverse)
        return self + ActionSums(n, scored.logged is not None, sums)

    def overlap(self, actions: tuple[str, ...]) -> list[Overlap]:
        """Say of each action how much of the log speaks about it, what is wanted most first."""
        if not self.rows:
            return []
        taken, _, _, wanted, weight, square, _, _ = self.sums
        ess = np.divide(weight**2, square, out=np.zeros_like(weight), where=square > 0)
        order = np.argsort(-wanted, kind="stable")
        return [Overlap(actions[i], int(taken[i]), float(wanted[i]), float(ess[i])) for i in order]

    def mismatch(self, actions: tuple[str, ...]) -> Mismatch | None:
        """Find the action that was taken least as its logged chances say; `None` without rows."""
        if not self.rows:
            return None
        taken, expected, variance, _, _, _, inverse, square = self.sums
        if not self.known:
            n = self.rows
            # (1[done]/μ − 1) has mean 0 in every row, and Σ of its squares is known from the sums.
            expected, taken = np.full_like(taken, n), inverse
            variance = square - 2 * inverse + n
        error = np.sqrt(np.maximum(variance, 0.0))
        away = np.divide(taken - expected, error, out=np.zeros_like(taken), where=error > 0)
        worst = int(np.argmax(np.abs(away)))
        p_value = min(2 * float(ndtr(-abs(away[worst]))) * len(actions), 1.0)
        return Mismatch(actions[worst], float(taken[worst]), float(expected[worst]), p_value)
