"""A market of 6 task types × 5 pools: uniform logs of it, and learners that live in it.

A label of pool a on a task of type x is right with chance q(x, a), drawn between .2 and .8. With so
many unknowns a learner that explores little settles on wrong pools, so that in 2,000 tasks the best
rate is not the smallest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from replay.learning.memory_log import hold
from replay.learning.online_ridge import Learners
from replay.learning.policy_pmfs import Policies
from replay.models.features import Features
from replay.tables.rows import Rows
from replay.tables.values.context_column import ContextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicySettings
    from replay.learning.memory_log import ReplayLog
    from replay.numerics.arrays import Floats, Ints

TYPES, POOLS = 6, 5
NAMES = tuple(f"pool{a}" for a in range(POOLS))
TYPE_NAMES = np.array([f"type{x}" for x in range(TYPES)])


@dataclass(frozen=True)
class Market:
    """Chances of a right label drawn by `seed`."""

    seed: int

    @cached_property
    def right(self) -> Floats:
        """q(x, a), shape (TYPES, POOLS)."""
        return np.random.default_rng(self.seed).uniform(0.2, 0.8, (TYPES, POOLS))

    @property
    def uniform(self) -> float:
        """What choosing evenly earns."""
        return float(self.right.mean())

    @property
    def best(self) -> float:
        """What knowing q earns."""
        return float(self.right.max(axis=1).mean())

    def draw(self, rng: np.random.Generator, x: Ints, pmf: Floats) -> tuple[Ints, Floats]:
        """Draw actions by `pmf`, shape (n, POOLS), and rewards."""
        action = (pmf.cumsum(axis=1) > rng.random((len(x), 1))).argmax(axis=1)
        return action, (rng.random(len(x)) < self.right[x, action]).astype(float)

    def log(self, n: int, seed: int) -> Rows:
        """Return a log of n rows by a uniform policy."""
        rng = np.random.default_rng([self.seed, seed])
        x = rng.integers(0, TYPES, n)
        return self.rows(rng, x, np.full((n, POOLS), 1 / POOLS))

    def rows(self, rng: np.random.Generator, x: Ints, pmf: Floats) -> Rows:
        """Return the log of tasks of types `x` that is written with chances `pmf`."""
        action, reward = self.draw(rng, x, pmf)
        at = np.arange(len(x))
        context = {"type": pa.array(TYPE_NAMES[x])}
        return Rows(action, reward, pmf[at, action], context, logged_pmf=pmf, index=at)


def held(rows: Rows) -> ReplayLog:
    """Hold a log in memory, as `poolwise tune --context type` does."""
    features = Features.of(NAMES, [ContextColumn("type", numeric=False)])
    return hold([rows], features, NAMES, "binary", len(rows))


def live(
    market: Market, candidates: Sequence[PolicySettings], horizon: int, runs: int, seed: int = 0
) -> tuple[Floats, Learners, Policies]:
    """Let candidates live: mean reward of each run, shape (C, runs), and the learners after it."""
    rng = np.random.default_rng([market.seed, seed, 7])
    lanes = np.arange(len(candidates) * runs)
    policies = Policies.of(candidates, NAMES, runs)
    learners = Learners.fresh(len(lanes), POOLS, TYPES + 1)
    earned = np.zeros(len(lanes))
    for _ in range(horizon):
        x = rng.integers(0, TYPES, len(lanes))
        pmf = chances(learners, policies, x[:, None])[:, 0]
        earned += (pmf * market.right[x]).sum(axis=1)
        action, reward = market.draw(rng, x, pmf)
        learners.learn(lanes, action, _features(x), reward)
    return (earned / horizon).reshape(len(candidates), runs), learners, policies


def chances(learners: Learners, policies: Policies, x: Ints) -> Floats:
    """Chances of all lanes on tasks of types `x`, shape (L or 1, B, POOLS)."""
    return policies.pmf(learners.values(_features(x)), learners.learned, None)


def _features(x: Ints) -> Floats:
    return np.concatenate([np.ones((*x.shape, 1)), np.eye(TYPES)[x]], axis=-1)
