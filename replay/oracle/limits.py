"""Limits of an assignment in hindsight: a budget, daily budgets, and the capacities of pools.

Those in time hold from each hour to each later one: what tasks use that arrive in these hours is at
most what there is from the first of them to the last deadline.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.market.pools import DAY_S
from replay.oracle.assignment import Limit
from replay.oracle.true_model import HOUR_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.market.market import Market
    from replay.market.pools import PoolSpec
    from replay.numerics.arrays import Floats

BUDGET, DAILY = "budget", "daily budget"


@dataclass(frozen=True)
class Option:
    """A pool and a number of labels; no pool for none."""

    spec: PoolSpec | None
    labels: int

    @property
    def usd(self) -> float:
        """What the labels cost."""
        return self.labels * self.spec.usd_per_label if self.spec else 0.0

    def asks(self, pool: PoolSpec) -> float:
        """Asks that the pool needs to give the labels."""
        if self.spec != pool:
            return 0.0
        return self.labels / (1.0 - pool.silent - pool.declines)


def limits_of(
    market: Market,
    hours: Sequence[int],
    options: Sequence[Option],
    budget_usd: float | None = None,
) -> Iterator[Limit]:
    """Yield what an assignment has to keep.

    Parameters
    ----------
    hours
        The hour in which tasks of each type arrive, from midnight of the first day.
    budget_usd
        For all tasks together.
    """
    usd = np.array([option.usd for option in options])
    if budget_usd is not None:
        yield Limit(BUDGET, np.tile(usd, (len(hours), 1)), budget_usd)
    arrived = [one.task for one in market.tasks.values()]
    wait_s = max((task.deadline_at or np.inf) - task.at for task in arrived)
    if not np.isfinite(wait_s):  # tasks that wait for ever are limited by no hour
        return
    per_day = market.usd_per_day
    if per_day is not None:
        yield from _in_time(
            hours, wait_s, DAILY, usd, lambda a, b: per_day * (b // DAY_S - a // DAY_S + 1)
        )
    for spec in market.specs.values():
        if spec.capacity_per_hour is not None:
            asks = np.array([option.asks(spec) for option in options])
            yield from _in_time(hours, wait_s, spec.name, asks, spec.most_asks)


def _in_time(
    hours: Sequence[int],
    wait_s: float,
    name: str,
    uses: Floats,
    room: Callable[[float, float], float],
) -> Iterator[Limit]:
    """Yield a limit from each hour to each later one; `room` is from a time to a time."""
    ordered = sorted(set(hours))
    for i, start in enumerate(ordered):
        for end in ordered[i:]:
            within = np.array([float(start <= hour <= end) for hour in hours])
            most = room(start * HOUR_S, (end + 1) * HOUR_S + wait_s)
            yield Limit(f"{name} from {start} to {end}", np.outer(within, uses), most)
