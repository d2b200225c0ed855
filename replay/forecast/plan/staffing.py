"""Labelers needed in each hour, so that asks are begun as soon as wished."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from replay.forecast.plan.queueing import QueuePaths, share_in_time

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOUR_S = 3600.0


class ServiceWish(NamedTuple):
    """A share of asks, and how long they may wait until a labeler begins, in seconds."""

    share: float
    most_wait_s: float


class StaffedHour(msgspec.Struct, frozen=True, kw_only=True):
    """Labelers needed in an hour, at the demand that is expected and after a surge."""

    at: float
    asks: float
    labelers: int
    labelers_after_surge: int


class StaffingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Labelers that a pool needs, hour by hour.

    `labels_per_labeler_hour` is what one does in an hour, `rate_from` where that is known from,
    `most_active` how many were active in the busiest hour of the last week.
    """

    pool: str
    labels_per_labeler_hour: float
    rate_from: str
    most_active: int | None
    hours: tuple[StaffedHour, ...]

    @property
    def peak(self) -> StaffedHour:
        """The hour with the most labelers, the first of them."""
        return max(self.hours, key=lambda hour: hour.labelers)


def labelers_needed(
    demand: NDArray[np.float64], labels_per_labeler_hour: float, wish: ServiceWish, seed: int = 0
) -> list[int]:
    """Return for each hour the fewest labelers with whom the wish is met.

    The share is taken over all paths, so that both chance within an hour and what isn't known of
    the demand count. What one hour leaves undone, the next has to do.

    Parameters
    ----------
    demand
        Asks by path and hour, shape (paths, hours).
    labels_per_labeler_hour
        What one labeler does in an hour.

    Examples
    --------
    >>> wish = ServiceWish(share=0.9, most_wait_s=600.0)
    >>> labelers_needed(np.full((50, 2), 30.0), 10.0, wish)
    [3, 4]
    >>> labelers_needed(np.zeros((50, 1)), 10.0, wish)
    [0]
    """
    queue = QueuePaths(demand, seed)
    needed = []
    for _ in range(demand.shape[1]):
        comes = queue.next_hour()
        left = math.ceil(float(np.quantile(queue.waiting, wish.share)) / labels_per_labeler_hour)
        labelers = _fewest(queue, labels_per_labeler_hour, wish) if comes else left
        needed.append(labelers)
        queue.work(labelers * labels_per_labeler_hour)
    return needed


def _fewest(queue: QueuePaths, labels_per_labeler_hour: float, wish: ServiceWish) -> int:
    def meets(labelers: int) -> bool:
        waits = queue.waits(labelers * labels_per_labeler_hour)
        return share_in_time(waits, wish.most_wait_s / HOUR_S) >= wish.share

    high = 1
    while not meets(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return high
