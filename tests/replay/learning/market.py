"""A small market with a known truth: task types × pools, uniform logs, and learners that live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from replay.learning.memory_log import hold
from replay.learning.online_ridge import Learners
from replay.learning.policy_pmfs import Policies
from replay.models.features import Features
from replay.numerics.moments import Moments
from replay.tables.rows import Rows
from replay.tables.values.context_column import ContextColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.settings import PolicySettings
    from replay.learning.memory_log import ReplayLog
    from replay.numerics.arrays import Floats

TYPES, POOLS = 3, 3
NAMES = ("crowd", "trained", "vendor")
RIGHT = np.array([[0.35, 0.65, 0.5], [0.75, 0.4, 0.6], [0.3, 0.45, 0.7]])
"""Chance that a pool is right on a type of task, shape (TYPES, POOLS)."""

SHARE = Moments(count=TYPES**2, mean=1 / TYPES, second=float(TYPES - 1))
"""Of a number that says whether a task is of a type: the few features make models quick."""
COLUMNS = [ContextColumn(f"is{x}", many=True, moments=SHARE) for x in range(TYPES)]
VECTORS = np.column_stack(
    [np.ones(TYPES), (np.eye(TYPES) - SHARE.mean) / np.sqrt(SHARE.second / SHARE.count)]
)
"""What learners see of each type."""


def log(n: int, seed: int, pmf: Floats | None = None, *, full: bool = True) -> Rows:
    """Return a log of n rows, uniform or by `pmf`, shape (TYPES, POOLS)."""
    rng = np.random.default_rng(seed)
    x = rng.integers(0, TYPES, n)
    mu = np.full((n, POOLS), 1 / POOLS) if pmf is None else pmf[x]
    action = (mu.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    reward = (rng.random(n) < RIGHT[x, action]).astype(float)
    context = {"type": pa.array([f"t{one}" for one in x])}
    context |= {f"is{one}": pa.array((x == one).astype(float)) for one in range(TYPES)}
    at = np.arange(n)
    return Rows(action, reward, mu[at, action], context, logged_pmf=mu if full else None, index=at)


def held(rows: Rows) -> ReplayLog:
    """Hold a log in memory."""
    return hold([rows], Features.of(NAMES, COLUMNS), NAMES, "binary", len(rows))


def live(candidates: Sequence[PolicySettings], horizon: int, runs: int, seed: int = 0) -> Floats:
    """Mean reward of live runs of each candidate, shape (C, runs)."""
    rng = np.random.default_rng(seed)
    lanes = np.arange(len(candidates) * runs)
    policies = Policies.of(candidates, NAMES, runs)
    learners = Learners.fresh(len(lanes), POOLS, TYPES + 1)
    earned = np.zeros(len(lanes))
    for _ in range(horizon):
        x = rng.integers(0, TYPES, len(lanes))
        z = VECTORS[x]
        pmf = policies.pmf(learners.values(z[:, None]), learners.learned, None)[:, 0]
        action = (pmf.cumsum(axis=1) > rng.random((len(x), 1))).argmax(axis=1)
        earned += (pmf * RIGHT[x]).sum(axis=1)
        learners.learn(lanes, action, z, (rng.random(len(x)) < RIGHT[x, action]).astype(float))
    return (earned / horizon).reshape(len(candidates), runs)
