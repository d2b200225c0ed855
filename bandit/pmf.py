"""Probability mass functions over actions: pools and `stop`, with least probabilities (floors)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.events import STOP

if TYPE_CHECKING:
    from collections.abc import Mapping


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return `weights`, non-negative and not all 0, scaled to sum to 1.

    Examples
    --------
    >>> normalised({"a": 1, "b": 3})
    {'a': 0.25, 'b': 0.75}
    """
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def with_floors(
    pools: Mapping[str, float],
    stop: float | None,
    explore_floor: float,
    stop_floor: float,
) -> dict[str, float]:
    """Return the pmf over pools and `stop` that is logged and used.

    Parameters
    ----------
    pools
        Chance of each eligible pool, given that one is asked; empty if none is eligible.
    stop
        Chance of stopping, or `None` if stopping isn't allowed.
    explore_floor
        Share of the chance of asking that is spread evenly over the pools.
    stop_floor
        Least chance of stopping and least chance of going on, where both are allowed.

    Examples
    --------
    >>> with_floors({"a": 1.0, "b": 0.0}, 0.0, 0.1, 0.02)
    {'a': 0.931, 'b': 0.049, 'stop': 0.02}
    >>> with_floors({}, 0.0, 0.1, 0.02)
    {'stop': 1.0}
    """
    if not pools:
        return {STOP: 1.0}
    stopping = 0.0 if stop is None else min(max(stop, stop_floor), 1.0 - stop_floor)
    even = explore_floor / len(pools)
    shares = {
        name: (1.0 - stopping) * ((1.0 - explore_floor) * chance + even)
        for name, chance in normalised(pools).items()
    }
    if stop is not None:
        shares[STOP] = stopping
    return shares
