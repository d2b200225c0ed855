"""Replay by rejection sampling: learners see only rows accepted as their own choice.

In row (x, a, r), logged with chance μ(a|x), a learner would do a with chance π(a|x). The row is
accepted with chance c π/μ, where c is the same for all rows, so that accepted rows are as if the
learner had acted: T' of them are a live run of T'. On every row that it comes past, accepted or
not, the learner's policy of that moment is valued by DR,

    v = Σₐ π q̂ + π(a|x)/μ(a|x) (r − q̂),

and as each policy is in force for 1/c rows on average, the mean of v estimates the mean reward of
the T' accepted ones. q̂ is not the learner's own model.

Where c is above some μ/π, a row with c π/μ > 1 is accepted for sure and learned from as that many
rows: right on average, a little noisier.

Source: Li, Chu, Langford and Wang (2011), WSDM; Dudík, Erhan, Langford and Li (2012), UAI,
algorithm 1. The weight above 1 is ours.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import BadValue
from replay.learning.online_ridge import Learners
from replay.learning.policy_pmfs import Policies
from replay.numerics.hashed_uniform import uniforms
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from bandit.settings import PolicySettings
    from replay.learning.memory_log import ReplayLog
    from replay.numerics.arrays import Floats, Ints

MOST_CELLS = 1 << 26
"""Cells of all learners' matrices: 0.5 GB."""

MOST_AHEAD = 64
"""Rows that a lane looks at before the next one that it may accept: more would rarely be used."""

TELL_EVERY = 512
"""Steps between two words about progress."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a log is walked.

    Attributes
    ----------
    acceptance
        c, the share of rows that is accepted, in (0, 1].
    horizon
        T', after which a lane stops: accepted rows, heavier ones counted as they are learned from.
    replays
        How many lanes each candidate has; each walks the rows in an order of its own.
    shuffled
        Whether in a random order; else all in the log's.
    seed
        Of orders and acceptances.
    worth
        The reward that rates by value are for.
    """

    acceptance: float
    horizon: int
    replays: int
    shuffled: bool = True
    seed: int = 0
    worth: float = 1.0

    def orders(self, n: int) -> tuple[NDArray[np.int32], Floats]:
        """Each replay's order of n rows, and each row's draw in it, both of shape (replays, n).

        All candidates share them, so that they differ by what they do, not by luck.
        """
        at = np.arange(n)
        orders = np.tile(at.astype(np.int32), (self.replays, 1))
        draws = np.empty((self.replays, n))
        for replay in range(self.replays):
            if self.shuffled:
                orders[replay] = np.argsort(uniforms(at, f"order/{self.seed}/{replay}"))
            draws[replay] = uniforms(at, f"accept/{self.seed}/{replay}")
        return orders, draws


@dataclass(slots=True, eq=False)
class Walk:
    """What C candidates came to in R replays; lanes stand as C · R, replays of one together.

    Attributes
    ----------
    replays, acceptance
        R, and the share of rows that were accepted.
    sums
        Over the rows that a lane visited, shape (10, C · R): rows, v, w, w², w r, (w r)²,
        Σₐ π²/μ, the largest w, Σ π where the log had no chance, and the chance of exploring,
        1 − maxₐ π.
    accepted
        Rows that each lane accepted, shape (C · R,).
    groups
        By group of rows, how many a candidate's lanes visited and Σ v, shape (2, GROUPS, C).
    learners, policies
        At the end of their replays.
    """

    replays: int
    acceptance: float
    sums: Floats
    accepted: Ints
    groups: Floats
    learners: Learners
    policies: Policies

    def value(self) -> Floats:
        """Mean reward over the horizon, by candidate and replay, shape (C, R)."""
        means: Floats = self.sums[1] / self.sums[0]
        return means.reshape(-1, self.replays)


def acceptance_of(propensity: Floats, percentile: float = 0.0) -> float:
    """c, the largest that keeps c π/μ ≤ 1 whatever π is: the smallest logged chance.

    With a `percentile` above 0 (a share of the rows), the smallest but for that share.
    """
    return float(np.quantile(propensity, percentile, method="lower"))


def horizon_of(rows: int, acceptance: float) -> int:
    """T' that nearly all lanes reach: the expected number less three standard deviations.

    Examples
    --------
    >>> horizon_of(10_000, 0.2)
    1880
    """
    expected = rows * acceptance
    return int(expected - 3 * math.sqrt(expected * (1 - acceptance)))


def walk(
    held: ReplayLog,
    candidates: Sequence[PolicySettings],
    plan: Plan,
    tell: Callable[[int], None] | None = None,
) -> Walk:
    """Let all candidates learn side by side.

    `tell` is called with the number of rows that a lane has come past since the last time.

    Raises
    ------
    BadValue
        If there are more learners than memory holds.
    """
    k, d = len(held.actions), held.features.shape[1]
    lanes = len(candidates) * plan.replays
    if lanes * k * d * d > MOST_CELLS:
        raise BadValue(
            f"{len(candidates)} candidates × {plan.replays} replays × {k} actions × {d}² features"
            f" are more than {MOST_CELLS:,} cells: fewer candidates, replays or context columns"
        )
    state = _Lanes(held, candidates, plan)
    steps = before = 0
    while state.step():
        steps += 1
        if tell is not None and steps % TELL_EVERY == 0:
            now = int(state.at.mean())
            tell(now - before)
            before = now
    return state.done


@dataclass(slots=True, eq=False)
class _Lanes:
    """Lanes on their way: `at` is how many rows each has come past."""

    held: ReplayLog
    candidates: Sequence[PolicySettings]
    plan: Plan
    done: Walk = field(init=False)
    at: Ints = field(init=False)
    replay: Ints = field(init=False)
    candidate: Ints = field(init=False)
    ahead: Ints = field(init=False)
    orders: NDArray[np.int32] = field(init=False)
    draws: Floats = field(init=False)
    group: Ints = field(init=False)
    missed: Floats = field(init=False)
    inverse: Floats | None = field(init=False)

    def __post_init__(self) -> None:
        """Stand at the first row."""
        held, plan = self.held, self.plan
        c, r, n = len(self.candidates), plan.replays, len(held)
        k, d = len(held.actions), held.features.shape[1]
        self.at = np.zeros(c * r, np.int64)
        self.replay = np.tile(np.arange(r), c)
        self.candidate = np.repeat(np.arange(c), r)
        self.ahead = np.arange(min(math.ceil(1.2 / plan.acceptance), MOST_AHEAD, n))
        self.orders, self.draws = plan.orders(n)
        self.group = np.arange(n) % GROUPS if held.group is None else held.group
        self.missed = held.missed
        self.inverse = None
        if held.pmf is not None:
            self.inverse = np.divide(1.0, held.pmf, out=np.zeros_like(held.pmf), where=held.pmf > 0)
        self.done = Walk(
            replays=r,
            acceptance=plan.acceptance,
            sums=np.zeros((10, c * r)),
            accepted=np.zeros(c * r, np.int64),
            groups=np.zeros((2, GROUPS, c)),
            learners=Learners.fresh(c * r, k, d),
            policies=Policies.of(self.candidates, held.actions, r, plan.worth),
        )

    def step(self) -> bool:
        """Bring every lane to the next row that it accepts, or as far as it looks ahead."""
        held, plan, done = self.held, self.plan, self.done
        n = len(held)
        ahead = self.at[:, None] + self.ahead
        here = (ahead < n) & (done.learners.learned < plan.horizon)[:, None]
        if not here.any():
            return False
        row = self.orders[self.replay[:, None], np.minimum(ahead, n - 1)]
        pmf = self._pmf(row)
        action = held.action[row]
        chance = np.take_along_axis(pmf, action[..., None], axis=2)[..., 0]
        weight = chance / held.propensity[row]
        odds = plan.acceptance * weight
        accepts = here & (self.draws[self.replay[:, None], row] < odds)
        first = accepts.argmax(axis=1)
        lane = np.flatnonzero(accepts.any(axis=1))
        last = np.full(len(self.at), len(self.ahead))
        last[lane] = first[lane]
        used = here & (self.ahead <= last[:, None])
        self._count(row, pmf, weight, used)
        self.at += used.sum(axis=1)
        chosen = row[lane, first[lane]]
        done.learners.learn(
            lane,
            held.action[chosen],
            held.features[chosen],
            held.reward[chosen],
            np.maximum(odds[lane, first[lane]], 1.0),
        )
        done.accepted[lane] += 1
        return True

    def _pmf(self, row: NDArray[np.int32]) -> Floats:
        held, learners = self.held, self.done.learners
        values = learners.values(held.features[row])
        can = None if held.can is None else held.can[row]
        lowered = None if held.lowered is None else held.lowered[row]
        return self.done.policies.pmf(values, learners.learned, can, lowered)

    def _count(
        self, row: NDArray[np.int32], pmf: Floats, weight: Floats, used: NDArray[np.bool_]
    ) -> None:
        """Add the rows that were come past to all sums."""
        held, done = self.held, self.done
        value = np.einsum("lbk,lbk->lb", pmf, held.guess[row]) + weight * self.missed[row]
        weighted = weight * held.reward[row]
        sums = done.sums
        counted = used.astype(float)
        sums[0] += counted.sum(axis=1)
        for at, terms in enumerate((value, weight, weight**2, weighted, weighted**2), start=1):
            sums[at] += np.einsum("lb,lb->l", terms, counted)
        sums[7] = np.maximum(sums[7], (weight * counted).max(axis=1))
        sums[9] += ((1.0 - pmf.max(axis=2)) * counted).sum(axis=1)
        if self.inverse is not None:
            inverse = self.inverse[row]
            sums[6] += np.einsum("lbk,lbk,lbk,lb->l", pmf, pmf, inverse, counted)
            sums[8] += np.einsum("lbk,lbk,lb->l", pmf, (inverse == 0.0).astype(float), counted)
        lane, place = np.nonzero(used)
        where = self.group[row[lane, place]], self.candidate[lane]
        np.add.at(done.groups[0], where, 1.0)
        np.add.at(done.groups[1], where, value[lane, place])
