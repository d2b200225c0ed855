"""Probability mass functions over actions: pools and `stop`, with least probabilities (floors).

A floor is paid whatever a pool is worth, so that of a pool whose label costs more than a right
answer is worth shrinks with its price: exploring a pool that can't pay costs in expectation no more
than its share of that worth, even where somebody lists $1,000,000 for a label.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from bandit.events import STOP

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING: Mapping[str, float] = MappingProxyType({})


def normalised(weights: Mapping[str, float]) -> dict[str, float]:
    """Return `weights`, non-negative and not all 0, scaled to sum to 1.

    Examples
    --------
    >>> normalised({"a": 1, "b": 3})
    {'a': 0.25, 'b': 0.75}
    """
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def lowered_floors(usd_by_pool: Mapping[str, float], worth_usd: float) -> dict[str, float]:
    """Return the factor on the floor of each pool that is too dear to have all of it.

    That is worth / price, where the price of a label is more than a right answer is worth, and than
    the cheapest pool's label, since some pool has to be asked.

    Examples
    --------
    >>> lowered_floors({"crowd": 0.02, "typo": 1e6}, worth_usd=5.0)
    {'typo': 5e-06}
    """
    if not usd_by_pool or max(usd_by_pool.values()) <= worth_usd:
        return {}
    most = max(worth_usd, min(usd_by_pool.values()))
    return {pool: most / usd for pool, usd in usd_by_pool.items() if usd > most}


def with_floors(
    pools: Mapping[str, float],
    stop: float | None,
    explore_floor: float,
    stop_floor: float,
    lowered: Mapping[str, float] = NOTHING,
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
    lowered
        Factors on the floors of pools, from `lowered_floors`; 1 where there is none.

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
    bare = 1.0 - explore_floor
    if lowered:
        bare += even * math.fsum(1.0 - lowered.get(name, 1.0) for name in pools)
    shares = {
        name: (1.0 - stopping) * (bare * chance + even * lowered.get(name, 1.0))
        for name, chance in normalised(pools).items()
    }
    if stop is not None:
        shares[STOP] = stopping
    return shares
