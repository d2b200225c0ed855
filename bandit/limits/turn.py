"""A desk's turn: how much of the room that its worker has in a pool one desk may use in one tick.

A worker counts what its desks hold together, so the first desk of a round of ticks could take it
all. While tasks of others wait for the pool, a desk stops when it is a quantum of asks ahead of the
desk with the fewest; the quantum is an equal part of the room there is, at least one ask. So the
desk with the fewest can always go on, and what is left is used in the next round. A desk that has
no use for the room after all, since its tasks may not be asked about there now, gives up its turn.

The counts of a turn are its own until `end` writes them on the desk.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk.desk import Desk
    from bandit.events import Pool
    from bandit.limits.capacity import Capacity

MOST_QUANTA = 2
"""Most quanta by which a desk's count may differ from the fewest when its turn begins. A desk that
comes from another worker, or had no tasks waiting, has a count far from the others': without this
bound it would be served alone, or not at all, until they met. A turn leaves a desk at most one
quantum ahead; with 2, quanta may shrink between turns before a count is cut.
"""


class Room(Protocol):
    """Which pools have room for a task that has waited."""

    def has_room(self, pool: Pool) -> bool:
        """Whether `pool` may be asked once more."""

    def count(self, pool: Pool) -> None:
        """Count an ask."""


class Unlimited:
    """Room in pools without a capacity only: tasks for other pools join their queues."""

    def has_room(self, pool: Pool) -> bool:
        """Whether `pool` takes any number of asks."""
        return pool.capacity_per_hour is None

    def count(self, pool: Pool) -> None:
        """Count nothing: there is always room for one more."""


class Turn:
    """What one desk may ask of each pool in one tick.

    Parameters
    ----------
    capacity
        The room in pools.
    desk
        Whose turn it is.
    since, now
        Times of its tick before this one, if there was one, and of this one. Other desks count if
        their last tick lies between: one that is behind may get no tick for a long time.

    Examples
    --------
    >>> from bandit.limits.capacity import Capacity
    >>> from bandit.desk.desk import Desk
    >>> from bandit.events import Pool
    >>> from bandit.settings import MemorySettings
    >>> from bandit.desk.shares import WorkerDesks
    >>> pool = Pool(pool="a", at=0.0, usd_per_label=0.1, capacity_per_hour=24.0)
    >>> desks = [Desk(MemorySettings()), Desk(MemorySettings())]
    >>> for desk in desks:
    ...     desk.state.now, desk.state.waiting = 5.0, {"a": 3}
    >>> turn = Turn(Capacity(2, WorkerDesks(desks)), desks[0], 4.0, 5.0)
    >>> turn.has_room(pool)
    True
    >>> turn.count(pool)
    >>> turn.has_room(pool)
    False
    """

    def __init__(self, capacity: Capacity, desk: Desk, since: float | None, now: float) -> None:
        self._capacity = capacity
        self._desk = desk
        self._since = now if since is None else since
        self._now = now
        self._limits: dict[str, float] = {}
        self._asks: dict[str, int] = {}  # by pool, where it differs from what the desk has

    def has_room(self, pool: Pool) -> bool:
        """Whether `pool` may be asked once more in this turn."""
        if pool.capacity_per_hour is None:
            return True
        if not self._capacity.free(self._desk, pool):
            return False
        if pool.pool not in self._limits:
            self._limits[pool.pool] = self._limit(pool)
        return self._count_of(pool) < self._limits[pool.pool]

    def count(self, pool: Pool) -> None:
        """Count an ask."""
        if pool.capacity_per_hour is not None:
            self._asks[pool.pool] = self._count_of(pool) + 1

    def end(self, unused: Iterable[Pool]) -> None:
        """Write the counts on the desk; it gives up the room that it left `unused`.

        It counts as having had as many asks of such a pool as any other desk, so that no other
        desk waits for it.
        """
        for pool in unused:
            if self._desk.state.waiting.get(pool.pool, 0) > 0 and self.has_room(pool):
                self._asks[pool.pool] = max(self._others(pool), default=0)
        self._desk.state.shared_asks.update(self._asks)

    def _count_of(self, pool: Pool) -> int:
        asks = self._asks.get(pool.pool)
        return self._desk.state.shared_asks.get(pool.pool, 0) if asks is None else asks

    def _others(self, pool: Pool) -> list[int]:
        """Return the counts of the other desks whose tasks wait for the pool too."""
        return [
            desk.state.shared_asks.get(pool.pool, 0)
            for desk in self._capacity.lenders(self._desk)
            if desk is not self._desk and self._shares(desk, pool)
        ]

    def _limit(self, pool: Pool) -> float:
        """Return the count of asks at which the turn ends, and bring the turn's count near it."""
        others = self._others(pool)
        if not others:
            return math.inf
        fewest = min(others)
        quantum = max(1, math.floor(self._capacity.tokens(self._desk, pool)) // (1 + len(others)))
        bound = MOST_QUANTA * quantum
        self._asks[pool.pool] = min(max(self._count_of(pool), fewest - bound), fewest + bound)
        return fewest + quantum

    def _shares(self, desk: Desk, pool: Pool) -> bool:
        """Whether tasks of another desk wait for the pool, and its ticks are as recent."""
        now = desk.state.now
        in_step = now is not None and self._since <= now <= self._now
        return in_step and desk.state.waiting.get(pool.pool, 0) > 0
