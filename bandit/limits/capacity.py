"""Capacity: how many asks a pool has room for now, and what it costs to use one of them.

A pool's capacity is a bucket of tokens, filled at `capacity_per_hour`, holding five minutes' worth
(at least one). Each of P partitions has its part: 1/P of the rate and of the bucket. Tokens are
made by a desk's own ticks alone, so a wrong clock at one desk makes no tokens, and costs none,
at the others. A worker uses what its desks hold together, as far as their times differ by at most
30 s; where their parts of the bucket are less than one token, it saves up to one beside them,
which is lost with the desk's worker.

Promise: in any window of W seconds of the log, workers that share one set of desks ask a pool at
most

    rate * (W + 60 s) + bucket + workers * max(0, 1 - bucket / P)

times, whatever partition moves where, and however desks' times differ. An ask at time t is paid by
desks whose time is within 30 s of t, so by tokens that a desk had when its time came within 30 s of
the window (never above its part, and a worker's savings never above the last term), or made in the
W + 60 s until it left. One worker that keeps all partitions at one time: rate * W + bucket.

The price of a token rises as what the worker holds runs low:

    scarcity_usd = SCARCITY * worth_usd * (1 - tokens / bucket).

That is online mirror descent on the capacity constraint: the dual price that adds a step for each
ask and takes off a step for each token filled, never below 0, *is* the emptiness of the bucket
(Balseiro, Lu and Mirrokni 2020, ICML, algorithm 1, with the Euclidean mirror map).
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from bandit.desk.shares import DIGITS, debits, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk.desk import Desk
    from bandit.desk.shares import WorkerDesks
    from bandit.events import Pool

BUCKET_S = 300.0
"""Capacity saved up while a pool is idle: five minutes' worth."""
SAVED_S = 60.0
"""Most that one tick saves up beyond a desk's part: in a longer leap nobody had the partition."""
LENDING_S = 30.0
"""Desks whose times differ by more don't lend to each other: one of them is behind, or its clock
is wrong."""
SCARCITY = 0.05
"""Price of an empty pool's next token, as a share of what a right answer is worth."""


class Capacity:
    """Room in pools, as one worker counts it.

    Parameters
    ----------
    partitions
        How many there are in all.
    held
        The desks that the worker has, as they come and go.

    Examples
    --------
    >>> from bandit.desk.desk import Desk
    >>> from bandit.events import Pool
    >>> from bandit.settings import MemorySettings
    >>> from bandit.desk.shares import WorkerDesks
    >>> pool = Pool(pool="a", at=0.0, usd_per_label=0.1, capacity_per_hour=12.0)
    >>> desk = Desk(MemorySettings())
    >>> room = Capacity(1, WorkerDesks([desk]))
    >>> room.fill(desk, [pool], 0.0)
    >>> room.ask(desk, pool)
    >>> room.fill(desk, [pool], 299.0)
    >>> room.free(desk, pool)
    False
    >>> room.fill(desk, [pool], 300.0)
    >>> room.free(desk, pool)
    True
    """

    def __init__(self, partitions: int, held: WorkerDesks) -> None:
        self._partitions = partitions
        self._held = held
        self._seen = -1
        self._in_flight: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._counted: dict[str, tuple[float | None, float | None, float]] = {}

    def free(self, desk: Desk, pool: Pool, ahead: int = 0) -> bool:
        """Whether `desk` may ask `pool` once more when `ahead` tasks wait for it already."""
        return pool.capacity_per_hour is None or self.tokens(desk, pool) >= 1.0 + ahead

    def ask(self, desk: Desk, pool: Pool) -> None:
        """Count an ask of `desk`."""
        self._count(desk.state.in_flight, pool.pool, 1, self._in_flight)
        if pool.capacity_per_hour is None:
            return
        part, desks = self._part(pool), self.lenders(desk)
        given = debits([_of(one, pool, part) for one in desks], desks.index(desk), 1.0)
        for one, amount in zip(desks, given, strict=True):
            if amount:
                saved = min(one.savings.get(pool.pool, 0.0), amount)
                one.state.room[pool.pool] = _room(one, pool, part) - (amount - saved)
                if saved:
                    one.savings[pool.pool] -= saved
        self._counted.pop(pool.pool, None)

    def end(self, desk: Desk, pool: str) -> None:
        """Count that `pool` owes one answer less."""
        self._count(desk.state.in_flight, pool, -1, self._in_flight)

    def wait(self, desk: Desk, pools: Iterable[str], change: int) -> None:
        """Count that a task more, or with -1 a task less, waits for room in `pools`."""
        for name in pools:
            self._count(desk.state.waiting, name, change, self._waiting)

    def fill(self, desk: Desk, pools: Iterable[Pool], now: float) -> None:
        """Let time pass at `desk`: its part fills, and what is beyond is saved up to one token."""
        before, desk.state.filled_at = desk.state.filled_at, now
        self._counted.clear()
        if before is None:
            return
        for pool in pools:
            if pool.capacity_per_hour is None:
                continue
            part, per_s = self._part(pool), pool.capacity_per_hour / self._partitions / 3600.0
            filled = _room(desk, pool, part) + (now - before) * per_s
            desk.state.room[pool.pool] = min(part, filled)
            if filled > part and round(part * len(self.lenders(desk)), DIGITS) < 1.0:
                self._save(desk, pool, part, min(filled - part, SAVED_S * per_s))

    def scarcity_usd(self, desk: Desk, pool: Pool, worth_usd: float) -> float:
        """Price of using one of the pool's tokens now."""
        if pool.capacity_per_hour is None:
            return 0.0
        full = max(1.0, self._part(pool) * len(self.lenders(desk)))
        return SCARCITY * worth_usd * min(1.0, max(0.0, 1.0 - self.tokens(desk, pool) / full))

    def per_s(self, pool: Pool) -> float:
        """Asks a second that this worker may send to `pool`; infinite without a capacity."""
        if pool.capacity_per_hour is None:
            return float("inf")
        return pool.capacity_per_hour * len(self._held.desks) / self._partitions / 3600.0

    def waiting(self, pool: str) -> int:
        """Tasks of this worker that wait for room in `pool`."""
        self._look()
        return self._waiting[pool]

    def in_flight(self, pool: str) -> int:
        """Asks of this worker that `pool` still has to answer."""
        self._look()
        return self._in_flight[pool]

    def _save(self, desk: Desk, pool: Pool, part: float, beyond: float) -> None:
        """Save up what a desk's part doesn't hold, as far as it may be used, and lent, one day."""
        saved = math.fsum(one.savings.get(pool.pool, 0.0) for one in self._held.desks)
        beyond = min(beyond, 1.0 - self.tokens(desk, pool), 1.0 - part - saved)
        if beyond > 0.0:
            desk.savings[pool.pool] = desk.savings.get(pool.pool, 0.0) + beyond
            self._counted.pop(pool.pool, None)

    def lenders(self, desk: Desk) -> list[Desk]:
        """`desk` and the others of this worker that are about as far in time."""
        at = desk.state.filled_at
        if at is None:
            return list(self._held.desks)
        return [
            one
            for one in self._held.desks
            if (its := one.state.filled_at) is None or abs(its - at) <= LENDING_S
        ]

    def tokens(self, desk: Desk, pool: Pool) -> float:
        """What a desk and its lenders hold together, summed once until it changes."""
        self._look()
        counted = self._counted.get(pool.pool)
        key = (pool.capacity_per_hour, desk.state.filled_at)
        if counted is not None and counted[:2] == key:
            return counted[2]
        part = self._part(pool)
        tokens = together([_of(one, pool, part) for one in self.lenders(desk)])
        self._counted[pool.pool] = (*key, tokens)
        return tokens

    def _part(self, pool: Pool) -> float:
        """A partition's part of the bucket."""
        return max(1.0, (pool.capacity_per_hour or 0.0) * BUCKET_S / 3600.0) / self._partitions

    def _look(self) -> None:
        """Sum up what the desks hold where it isn't as we left it."""
        if self._seen == self._held.changed:
            return
        self._seen = self._held.changed
        self._counted.clear()
        self._in_flight.clear()
        self._waiting.clear()
        for desk in self._held.desks:
            self._in_flight.update(desk.state.in_flight)
            self._waiting.update(desk.state.waiting)

    def _count(self, own: dict[str, int], name: str, change: int, sums: Counter[str]) -> None:
        self._look()
        own[name] = own.get(name, 0) + change
        sums[name] += change


def _of(desk: Desk, pool: Pool, part: float) -> float:
    """What a desk holds, with what is saved up beside it."""
    return _room(desk, pool, part) + desk.savings.get(pool.pool, 0.0)


def _room(desk: Desk, pool: Pool, part: float) -> float:
    return min(part, desk.state.room.get(pool.pool, part))
