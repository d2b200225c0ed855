"""Capacity: how many asks a pool has room for now, and what it costs to use one of them.

A pool's capacity is a bucket of tokens, filled at `capacity_per_hour`, holding five minutes' worth
(at least one). Each of P partitions has its part: 1/P of the rate and of the bucket. Tokens are
made by ticks alone. A worker uses what its desks hold together; where their parts of the bucket
are less than one token, it saves up to one beside them, which is lost with the desk's worker.

Promise: in any window of W seconds of the log, workers that share one set of desks ask a pool at
most

    rate * (W + 60 s) + bucket + workers * max(0, 1 - bucket / P)

times, whatever partition moves where: a part is never above 1/P of the bucket, a worker's savings
never above the last term, and a tick saves up no more than 60 s. One worker that keeps all
partitions: rate * W + bucket.

The price of a token rises as what the worker holds runs low:

    scarcity_usd = SCARCITY * worth_usd * (1 - tokens / bucket).

That is online mirror descent on the capacity constraint: the dual price that adds a step for each
ask and takes off a step for each token filled, never below 0, *is* the emptiness of the bucket
(Balseiro, Lu and Mirrokni 2020, ICML, algorithm 1, with the Euclidean mirror map).
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bandit.shares import DIGITS, debits, together

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk import Desk
    from bandit.events import Pool
    from bandit.shares import Held

BUCKET_S = 300.0
"""Capacity saved up while a pool is idle: five minutes' worth."""
SAVED_S = 60.0
"""Most that one tick saves up beyond a desk's part: in a longer leap nobody had the partition."""
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
    >>> from bandit.desk import Desk
    >>> from bandit.events import Pool
    >>> from bandit.settings import MemorySettings
    >>> from bandit.shares import Held
    >>> pool = Pool(pool="a", at=0.0, usd_per_label=0.1, capacity_per_hour=12.0)
    >>> desk = Desk(MemorySettings())
    >>> room = Capacity(1, Held([desk]))
    >>> room.settle([pool], 0.0)
    >>> room.ask(desk, pool)
    >>> room.settle([pool], 299.0)
    >>> room.free(pool)
    False
    >>> room.settle([pool], 300.0)
    >>> room.free(pool)
    True
    """

    def __init__(self, partitions: int, held: Held) -> None:
        self._partitions = partitions
        self._held = held
        self._seen = -1
        self._in_flight: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._counted: dict[str, tuple[float | None, float]] = {}

    def free(self, pool: Pool, ahead: int = 0) -> bool:
        """Whether `pool` has room for one more ask when `ahead` tasks wait for it already."""
        return pool.capacity_per_hour is None or self._tokens(pool) >= 1.0 + ahead

    def ask(self, desk: Desk, pool: Pool) -> None:
        """Count an ask of `desk`."""
        self._count(desk.state.in_flight, pool.pool, 1, self._in_flight)
        if pool.capacity_per_hour is None:
            return
        part, desks = self._part(pool), self._held.desks
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

    def settle(self, pools: Iterable[Pool], now: float | None = None) -> None:
        """Fill all desks up to one time: `now`, or the latest that any of them was filled to.

        So nobody lends tokens first and is given those of the time before afterwards.
        """
        times = [at for desk in self._held.desks if (at := desk.state.filled_at) is not None]
        if now is not None:
            times.append(now)
        if not times:
            return
        until = max(times)
        for desk in self._held.desks:
            if desk.state.filled_at != until:
                before, desk.state.filled_at = desk.state.filled_at, until
                if before is not None:
                    self._fill(desk, pools, until - before)

    def scarcity_usd(self, pool: Pool, worth_usd: float) -> float:
        """Price of using one of the pool's tokens now."""
        if pool.capacity_per_hour is None:
            return 0.0
        full = max(1.0, self._part(pool) * len(self._held.desks))
        return SCARCITY * worth_usd * min(1.0, max(0.0, 1.0 - self._tokens(pool) / full))

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

    def _fill(self, desk: Desk, pools: Iterable[Pool], passed_s: float) -> None:
        """Let time pass at `desk`: its part fills, and what is beyond is saved up to one token."""
        for pool in pools:
            if pool.capacity_per_hour is None:
                continue
            part, per_s = self._part(pool), pool.capacity_per_hour / self._partitions / 3600.0
            filled = _room(desk, pool, part) + passed_s * per_s
            desk.state.room[pool.pool] = min(part, filled)
            self._counted.pop(pool.pool, None)
            if filled > part and round(part * len(self._held.desks), DIGITS) < 1.0:
                beyond = min(filled - part, SAVED_S * per_s, 1.0 - self._tokens(pool))
                if beyond > 0.0:
                    desk.savings[pool.pool] = desk.savings.get(pool.pool, 0.0) + beyond
                    self._counted.pop(pool.pool, None)

    def _tokens(self, pool: Pool) -> float:
        """What the worker's desks hold together, summed once until it changes."""
        self._look()
        per_hour, tokens = self._counted.get(pool.pool, (None, 0.0))
        if per_hour != pool.capacity_per_hour:
            part = self._part(pool)
            tokens = together([_of(desk, pool, part) for desk in self._held.desks])
            self._counted[pool.pool] = (pool.capacity_per_hour, tokens)
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
