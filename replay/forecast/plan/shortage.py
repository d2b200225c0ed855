"""Hours in which a pool can give fewer labels than are asked of it, and how many fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIKELY = 0.5
"""Chance of a shortage from which an hour is called short."""


class ShortHour(msgspec.Struct, frozen=True, kw_only=True):
    """An hour in which labels are short: its chance, by how many, and by how many at most."""

    at: float
    chance: float
    labels: float
    labels_high: float


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """A pool's capacity beside its demand: hours that are short more likely than not.

    `at_risk` counts the hours that are short with a chance of 10 % or more; `after_surge` those
    that are short more likely than not after the surge.
    """

    pool: str
    labels_per_hour: float
    hours: tuple[ShortHour, ...]
    at_risk: int
    after_surge: int


def shortage(
    pool: str,
    demand: NDArray[np.float64],
    labels_per_hour: float,
    start_at: float,
    surge: float,
    level: float = 0.9,
) -> Shortage:
    """Compare paths of demand, shape (paths, hours), with a capacity.

    Examples
    --------
    >>> demand = np.array([[10.0, 30.0], [12.0, 34.0]])
    >>> found = shortage("crowd", demand, 20.0, 0.0, surge=0.2)
    >>> [(hour.at, hour.labels) for hour in found.hours], found.after_surge
    ([(3600.0, 12.0)], 1)
    """
    over = demand - labels_per_hour
    chances = (over > 0.0).mean(axis=0)
    middle = np.median(over, axis=0)
    high = np.quantile(over, (1.0 + level) / 2.0, axis=0)
    hours = [
        ShortHour(
            at=start_at + 3600.0 * hour,
            chance=float(chances[hour]),
            labels=float(middle[hour]),
            labels_high=float(high[hour]),
        )
        for hour in np.flatnonzero(chances > LIKELY).tolist()
    ]
    surged = (demand * (1.0 + surge) > labels_per_hour).mean(axis=0)
    return Shortage(
        pool=pool,
        labels_per_hour=labels_per_hour,
        hours=tuple(hours),
        at_risk=int((chances >= 1.0 - level).sum()),
        after_surge=int((surged > LIKELY).sum()),
    )
