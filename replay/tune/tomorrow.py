"""What exploration buys: how precisely tomorrow's log could evaluate a new policy.

A log of n rows written by μ evaluates π by DR with the variance

    (Var(Σₐ π q̂) + E[Σₐ π²/μ σ²(x, a)]) / n,

and is worth n / E[Σₐ π²/μ] rows about it (pESS). σ² is the mean square of what q̂ missed in today's
log, by action: σ²(x, a) = sₐ h(x, a) with h = q̂(1 − q̂) for binary rewards and 1 for others, and
sₐ = Σ r̃²/μ / Σ h/μ over today's rows of a, drawn a little to that of all actions. μ is a
candidate as it is at the end of its histories, and learns no more.

Source: Dudík, Langford and Li (2011), ICML, theorem 2, as in `replay/estimators/dr.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.normal import z
from replay.learning.explorers import uniform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.learning.held import Held
    from replay.learning.lanes import Walk
    from replay.tables.rows import Floats
    from replay.tables.values import Ints
    from replay.target import Target

LOOKED_AT = 8_192
"""Rows whose contexts stand for tomorrow's: an error of 1 or 2 % in a width."""

PRIOR_ROWS = 5.0
"""Rows that each action's noise is drawn to that of all by."""

CELLS = 1 << 21
"""Lanes × rows × actions at once."""

FLOORS = np.geomspace(0.0005, 1.0, 232)
"""Floors that are tried, 3 % apart: the largest is uniform."""


@dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """m rows that stand for tomorrow's.

    `row` are their numbers, shape (m,), `wanted` the new policy's chances, shape (m, K), `noise`
    σ², shape (m, K), and `direct` the variance of Σₐ π q̂.
    """

    row: Ints
    wanted: Floats
    noise: Floats
    direct: float

    @classmethod
    def of(cls, held: Held, new: Target) -> Looked:
        """Look at an even share of a log's rows."""
        step = max(len(held) // LOOKED_AT, 1)
        row = np.arange(0, len(held), step)
        wanted = chances(held, new, row)
        direct = np.einsum("mk,mk->m", wanted, held.guess[row])
        noise = _shape(held.kind, held.guess[row]) * _scale(held)
        return cls(row, wanted, noise, float(direct.var()))


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """What a log written by a policy would say of another: rows that it is worth, and how exactly.

    `width` is from the low end to the high end of the interval.
    """

    pess: float
    width: float


def chances(held: Held, new: Target, row: Ints) -> Floats:
    """Chance of every action under `uniform` or `always:ACTION`, shape (m, K).

    Where the action can't be chosen, any that can.
    """
    can = np.ones((len(row), len(held.actions))) if held.can is None else held.can[row]
    even = uniform(can)
    if new.kind == "uniform":
        return even
    at = held.actions.index(new.name)
    only = np.eye(len(held.actions))[at]
    pmf: Floats = np.where(can[:, [at]] > 0, only, even)
    return pmf


def tomorrow(held: Held, looked: Looked, walked: Walk, tasks: int, level: float) -> list[Tomorrow]:
    """Say for each candidate what its log of `tasks` rows would be worth; widths are of intervals.

    Histories end differently: medians over the replays are taken.
    """
    sums = np.zeros((2, walked.policies.floor.shape[0]))
    for rows, bare, even in _bare(held, looked, walked):
        floor = walked.policies.floor
        sums += _sums(looked, rows, (1.0 - floor) * bare + floor * even)
    chi, spread = (sums / len(looked.row)).reshape(2, -1, walked.replays)
    pess, width = tasks / chi, _width(looked, spread, tasks, level)
    return [
        Tomorrow(float(np.median(one)), float(np.median(wide)))
        for one, wide in zip(pess, width, strict=True)
    ]


def widths_by_floor(
    held: Held, looked: Looked, walked: Walk, candidate: int, tasks: int, level: float
) -> Floats:
    """Width of tomorrow's interval for each of `FLOORS`, all else as at the end of a candidate."""
    lanes = slice(candidate * walked.replays, (candidate + 1) * walked.replays)
    spread = np.zeros((len(FLOORS), walked.replays))
    for rows, bare, even in _bare(held, looked, walked):
        for at, floor in enumerate(FLOORS):
            spread[at] += _sums(looked, rows, (1.0 - floor) * bare[lanes] + floor * even)[1]
    widths: Floats = np.median(_width(looked, spread / len(looked.row), tasks, level), axis=1)
    return widths


def _bare(held: Held, looked: Looked, walked: Walk) -> Iterator[tuple[slice, Floats, Floats]]:
    """Yield some rows, all lanes' chances there without floors, (L, B, K), and even ones."""
    policies = replace(walked.policies, floor=np.zeros_like(walked.policies.floor))
    learners = walked.learners
    at_once = max(CELLS // (len(learners.learned) * len(held.actions)), 1)
    for start in range(0, len(looked.row), at_once):
        rows = slice(start, min(start + at_once, len(looked.row)))
        row = looked.row[rows]
        can = np.ones((1, len(row), len(held.actions))) if held.can is None else held.can[row][None]
        values = learners.values(held.features[row][None])
        yield rows, policies.pmf(values, learners.learned, can), uniform(can)


def _sums(looked: Looked, rows: slice, mu: Floats) -> Floats:
    """Σ π²/μ and Σ π²/μ σ² over rows, for each lane: shape (2, L); infinite without support."""
    square = looked.wanted[rows] ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(square > 0, square / mu, 0.0)
    return np.stack([ratio.sum(axis=(1, 2)), np.einsum("lbk,bk->l", ratio, looked.noise[rows])])


def _width(looked: Looked, spread: Floats, tasks: int, level: float) -> Floats:
    width: Floats = 2 * z(level) * np.sqrt((looked.direct + spread) / tasks)
    return width


def _shape(kind: str, guess: Floats) -> Floats:
    """What the reward's variance looks like over contexts and actions, but for its scale."""
    if kind != "binary":
        return np.ones_like(guess)
    within = np.clip(guess, 0.01, 0.99)
    shape: Floats = within * (1.0 - within)
    return shape


def _scale(held: Held) -> Floats:
    """sₐ of every action, shape (K,)."""
    k = len(held.actions)
    weight = 1.0 / held.propensity
    shape = _shape(held.kind, held.guess[np.arange(len(held)), held.action])
    missed = np.bincount(held.action, weight * held.missed**2, k)
    expected = np.bincount(held.action, weight * shape, k)
    overall = missed.sum() / expected.sum()
    prior = PRIOR_ROWS * expected.sum() / len(held)
    scale: Floats = (missed + prior * overall) / (expected + prior)
    return scale
