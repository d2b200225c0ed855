"""Openings of pools: when they were open is counted on the desk, at its ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.limits.controls import is_open
from bandit.task.hours import OpenHours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.events import Pool
    from bandit.task.state import DeskState


def count_open(
    state: DeskState, pools: Iterable[Pool], partitions: int, before: float, now: float
) -> None:
    """Count the time since the last tick; of a pool, from the first time that it is closed.

    Examples
    --------
    >>> from bandit.events import Pool
    >>> from bandit.task.state import DeskState
    >>> state = DeskState()
    >>> count_open(state, [Pool(pool="a", at=0.0, usd_per_label=0.05)], 1, 0.0, 60.0)
    >>> state.hours
    {}
    """
    for pool in pools:
        name, opened = pool.pool, is_open(pool)
        demand = state.demand.get(name)
        if demand is not None and opened and pool.capacity_per_hour is not None:
            demand.count(now - before, pool.capacity_per_hour / partitions)
        if not opened and not pool.gold and name not in state.hours:
            state.hours[name] = OpenHours()
        if (hours := state.hours.get(name)) is not None:
            hours.count(before, now, is_open=opened)
