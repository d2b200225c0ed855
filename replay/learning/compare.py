"""Simultaneous comparisons of replayed policies with today's and with each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.learning.uncertainty import beside, logged_share, spread
from replay.numerics.amount import Amount
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.learning.memory_log import ReplayLog
    from replay.learning.rejection_replay import Walk
    from replay.learning.uncertainty import Bounds, Spread


def with_logged(held: ReplayLog, walked: Walk) -> Spread:
    """All candidates, and last the mean of the log."""
    group = np.arange(len(held)) % GROUPS if held.group is None else held.group
    rows = np.bincount(group, minlength=GROUPS).astype(float)
    rewards = np.bincount(group, held.reward, GROUPS).astype(float)
    return beside(spread(walked), logged_share(walked, rows, rewards))


def against(all_of: Spread, reference: int, others: Sequence[int], level: float) -> list[Amount]:
    """What each of `others` earns more than `reference`, all intervals together at `level`."""
    m = len(all_of.value)
    weights = np.zeros((m, len(others)))
    weights[reference] -= 1.0
    weights[list(others), range(len(others))] += 1.0
    return amounts(all_of.of(weights).bounds(level))


def under_best(all_of: Spread, best: int, others: Sequence[int], level: float) -> list[Amount]:
    """What `best` earns more than each of `others`.

    Together at `level` over all pairs, for it is the data that chose the best.
    """
    pairs = [(a, b) for at, a in enumerate(others) for b in others[at + 1 :]]
    zero = Amount(0.0, 0.0, 0.0)
    if not pairs:
        return [zero] * len(others)
    weights = np.zeros((len(all_of.value), len(pairs)))
    for at, (a, b) in enumerate(pairs):
        weights[a, at], weights[b, at] = 1.0, -1.0
    differences = amounts(all_of.of(weights).bounds(level))
    by = dict(zip(pairs, differences, strict=True))
    by |= {(b, a): Amount(-d.value, -d.high, -d.low) for (a, b), d in by.items()}
    return [zero if other == best else by[best, other] for other in others]


def amounts(bounds: Bounds) -> list[Amount]:
    """Plain numbers."""
    return [
        Amount(float(value), float(low), float(high))
        for value, low, high in zip(bounds.value, bounds.low, bounds.high, strict=True)
    ]
