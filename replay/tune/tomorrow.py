"""Precision of a future log: how exactly a log by a candidate could evaluate a new policy.

A log of n rows written by μ evaluates π by DR with the variance

    (Var(Σₐ π q̂) + E[π²/μ (r − q̂)²]) / n,

and is worth n / E[Σₐ π²/μ] rows about it (pESS). μ is a candidate as it is at the end of its
replays, and learns no more. The second mean is over what μ will do: a row of today's log, logged
with chance ν, counts μ/ν. So does it in q̂, a ridge regression on action and context as in
`replay/models/ridge.py`: tomorrow's model will be fitted to what μ did, and knows little of what μ
does rarely. (With today's q̂ widths came out a tenth too small.)

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

    from replay.learning.memory_log import ReplayLog
    from replay.learning.rejection_replay import Walk
    from replay.numerics.arrays import Floats, Ints
    from replay.targets.target import TargetPolicy

LOOKED_AT = 1 << 14
"""Rows that stand for tomorrow's: an error of 1 or 2 % in a width."""

CELLS = 1 << 27
"""Rows × features² of a fit, at most: a tenth of a second."""

RIDGE = 1.0
FLOORS = np.geomspace(0.001, 1.0, 120)
"""Floors that are tried, 6 % apart: the largest is uniform."""


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """What a log written by a policy would say of another: rows that it is worth, and how exactly.

    `width` is from the low end to the high end of the interval.
    """

    pess: float
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class LogSample:
    """m rows of today's log that stand for tomorrow's.

    Attributes
    ----------
    held, row
        The log, and the rows' numbers, shape (m,).
    wanted
        The new policy's chance of every action, shape (m, K).
    even
        Chances of choosing evenly, shape (m, K).
    vectors
        Action and context, shape (m, K + d - 1).
    tasks, level
        Rows of tomorrow's log, and the confidence of its interval.
    """

    held: ReplayLog
    row: Ints
    wanted: Floats
    even: Floats
    vectors: Floats
    tasks: int
    level: float

    @classmethod
    def of(cls, held: ReplayLog, new: TargetPolicy, tasks: int, level: float) -> LogSample:
        """Look at an even share of a log's rows."""
        k = len(held.actions)
        most = min(LOOKED_AT, CELLS // (k + held.features.shape[1]) ** 2)
        row = np.arange(0, len(held), max(-(-len(held) // most), 1))
        even = uniform(np.ones((len(row), k)) if held.can is None else held.can[row])
        vectors = np.concatenate([np.eye(k)[held.action[row]], held.features[row, 1:]], axis=1)
        return cls(
            held=held,
            row=row,
            wanted=chances(new, held.actions, even),
            even=even,
            vectors=vectors,
            tasks=tasks,
            level=level,
        )

    def cross(self, mu: Floats) -> Floats:
        """Cross products of vectors with themselves and the reward, as if `mu` had chosen."""
        weight = self.of_action(mu) / self.held.propensity[self.row]
        weighted = self.vectors * (weight * self.tasks / len(self.row))[:, None]
        products: Floats = weighted.T @ np.column_stack([self.vectors, self.held.reward[self.row]])
        return products

    def of_action(self, chance: Floats) -> Floats:
        """What belongs to the logged action, shape (m,), of what belongs to all, shape (m, K)."""
        picked: Floats = chance[np.arange(len(self.row)), self.held.action[self.row]]
        return picked

    def tomorrow(self, mu: Floats, cross: Floats) -> Tomorrow:
        """Say what a log by `mu`, shape (m, K), would be worth; `cross` is of `mu`."""
        held, size = self.held, self.vectors.shape[1]
        k = len(held.actions)
        beta = np.linalg.solve(cross[:, :size] + RIDGE * np.eye(size), cross[:, size])
        guess = beta[:k] + (self.vectors[:, k:] @ beta[k:])[:, None]
        guess = np.clip(guess, held.reward.min(), held.reward.max())
        missed = held.reward[self.row] - self.of_action(guess)
        wanted, chance = self.of_action(self.wanted), self.of_action(mu)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(self.wanted > 0, self.wanted**2 / mu, 0.0)
            spread = np.where(wanted > 0, wanted**2 / chance, 0.0) / held.propensity[self.row]
        direct = (self.wanted * guess).sum(axis=1).var()
        variance = (direct + np.mean(spread * missed**2)) / self.tasks
        pess = self.tasks / float(ratio.sum(axis=1).mean())
        return Tomorrow(pess, float(2 * z(self.level) * np.sqrt(variance)))


def chances(new: TargetPolicy, actions: tuple[str, ...], even: Floats) -> Floats:
    """Chance of every action under `uniform` or `always:ACTION`, shape (m, K).

    Where the action can't be chosen, any that can.
    """
    if new.kind == "uniform":
        return even
    at = actions.index(new.name)
    pmf: Floats = np.where(even[:, [at]] > 0, np.eye(len(actions))[at], even)
    return pmf


def tomorrows(looked: LogSample, walked: Walk) -> list[Tomorrow]:
    """Say for each candidate what its log would be worth.

    Histories end differently: medians over the replays are taken.
    """
    forecasts = []
    for lane, bare, floored in _ends(looked, walked):
        floor = float(walked.policies.floor[lane, 0, 0])
        mu = (1.0 - floor) * bare + floor * floored
        tomorrow = looked.tomorrow(mu, looked.cross(mu))
        forecasts.append((tomorrow.pess, tomorrow.width))
    middle = np.median(np.array(forecasts).reshape(-1, walked.replays, 2), axis=1)
    return [Tomorrow(float(pess), float(width)) for pess, width in middle]


def widths_by_floor(looked: LogSample, walked: Walk, candidate: int) -> Floats:
    """Width of tomorrow's interval for each of `FLOORS`, all else as at the end of a candidate."""
    lanes = range(candidate * walked.replays, (candidate + 1) * walked.replays)
    widths = []
    for _, bare, floored in _ends(looked, walked, lanes):
        cross, of_floor = looked.cross(bare), looked.cross(floored)
        mixed = [
            looked.tomorrow(
                (1.0 - floor) * bare + floor * floored, (1.0 - floor) * cross + floor * of_floor
            )
            for floor in FLOORS
        ]
        widths.append([chance.width for chance in mixed])
    medians: Floats = np.median(widths, axis=0)
    return medians


def _ends(
    looked: LogSample, walked: Walk, lanes: range | None = None
) -> Iterator[tuple[int, Floats, Floats]]:
    """Yield lanes, and their chances of every action at their ends, (m, K).

    First without floors, then with the largest, 1: others are mixtures of the two.
    """
    learners, features = walked.learners, looked.held.features[looked.row]
    held = looked.held
    can = None if held.can is None else held.can[looked.row][None]
    lowered = None if held.lowered is None else held.lowered[looked.row][None]
    for lane in range(len(learners.learned)) if lanes is None else lanes:
        policy = walked.policies.of_lane(lane)
        values, learned = (features @ learners.beta[lane])[None], learners.learned[lane : lane + 1]
        bare, floored = (
            replace(policy, floor=np.full_like(policy.floor, floor)).pmf(
                values, learned, can, lowered
            )[0]
            for floor in (0.0, 1.0)
        )
        yield lane, bare, floored
