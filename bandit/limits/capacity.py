"""Capacity: a token bucket per pool, split over the partitions, and the price of a token.

A pool's bucket is filled at `capacity_per_hour` and holds five minutes' worth (at least one token).
Each of P partitions has its part: 1/P of the rate and of the bucket. Tokens are made by a desk's
own ticks alone, so a wrong clock at one desk neither makes nor costs tokens at the others. A worker
uses the tokens of all its desks whose times differ by at most 30 s. Where their parts of the bucket
are together less than one token, it saves up to one token beside them, which is lost when the desk
moves to another worker.

Promise: in any window of W seconds of the log, workers that share one set of desks ask a pool at
most

    rate * (W + 60 s) + bucket + workers * max(0, 1 - bucket / P)

times, however partitions move between workers, and however desks' times differ. An ask at time t
is paid by desks whose time is within 30 s of t. So it is paid by tokens that a desk had when its
time came within 30 s of the window (at most its part, and a worker's savings at most the last
term), or that it made in the W + 60 s until it left. One worker that keeps all partitions at one
time: rate * W + bucket.

The price of a token rises as the worker's tokens run out:

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
from bandit.task.demand import Demand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk.desk import Desk
    from bandit.desk.shares import WorkerDesks
    from bandit.events import Pool

BUCKET_S = 300.0
"""Size of a bucket, in seconds of filling: an idle pool may then get five minutes' asks at once."""
SAVED_S = 60.0
"""Most that one tick saves up beyond a desk's part; in a longer gap no worker had the partition."""
LENDING_S = 30.0
"""Desks whose times differ by more don't lend to each other: one of them is behind, or its clock
is wrong. The default of `clock.max_skew_s`, by which right clocks may differ, is as much."""
SCARCITY = 0.05
"""Price of an empty pool's next token, as a share of what a right answer is worth."""


class Capacity:
    """Free capacity of pools, as one worker counts it.

    Parameters
    ----------
    partitions
        Number of partitions in all.
    held
        The desks that the worker holds at any time.

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
        self._counted_at = -1
        self._in_flight: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._tokens: dict[str, tuple[float | None, float | None, float]] = {}

    def free(self, desk: Desk, pool: Pool, ahead: int = 0) -> bool:
        """Whether `desk` may ask `pool` once more when `ahead` tasks wait for the pool already."""
        return pool.capacity_per_hour is None or self.tokens(desk, pool) >= 1.0 + ahead

    def ask(self, desk: Desk, pool: Pool) -> None:
        """Count an ask of `desk`."""
        self._count(desk.state.in_flight, pool.pool, 1, self._in_flight)
        if pool.capacity_per_hour is None:
            return
        part, desks = self._part(pool), self.lenders(desk)
        held = [_tokens_of(lender, pool, part) for lender in desks]
        amounts = debits(held, desks.index(desk), 1.0)
        for lender, amount in zip(desks, amounts, strict=True):
            if amount:
                saved = min(lender.savings.get(pool.pool, 0.0), amount)
                lender.state.room[pool.pool] = _room(lender, pool, part) - (amount - saved)
                if saved:
                    lender.savings[pool.pool] -= saved
        self._tokens.pop(pool.pool, None)
        if pool.pool not in desk.state.demand and not self.free(desk, pool):
            desk.state.demand[pool.pool] = Demand()

    def end(self, desk: Desk, pool: str) -> None:
        """Count that an ask of `pool` has ended."""
        self._count(desk.state.in_flight, pool, -1, self._in_flight)

    def wait(self, desk: Desk, pools: Iterable[str], change: int) -> None:
        """Count one task more, or with -1 one less, that waits for room in `pools`."""
        for name in pools:
            self._count(desk.state.waiting, name, change, self._waiting)

    def fill(self, desk: Desk, pools: Iterable[Pool], now: float) -> None:
        """Fill the part of `desk` for the time passed; save what it can't hold, up to one token."""
        before, desk.state.filled_at = desk.state.filled_at, now
        self._tokens.clear()
        if before is None:
            return
        for pool in pools:
            if pool.capacity_per_hour is None:
                continue
            part, per_s = self._part(pool), pool.capacity_per_hour / self._partitions / 3600.0
            filled = _room(desk, pool, part) + (now - before) * per_s
            desk.state.room[pool.pool] = min(part, filled)
            if filled > part and round(part * self._in_step(before, now), DIGITS) < 1.0:
                self._save(desk, pool, part, min(filled - part, SAVED_S * per_s))

    def want(self, desk: Desk, pool: str) -> None:
        """Count a label that is worth its price, once; of pools that have been full."""
        if (demand := desk.state.demand.get(pool)) is not None:
            demand.wanted += 1

    def turn_s(self, desk: Desk, pool: Pool) -> float:
        """Return the seconds until one task more that waits for `pool` has its turn."""
        if not pool.capacity_per_hour:  # one that is closed so may open with any
            return 0.0
        ahead = self.waiting(pool.pool) + 1.0 - self.tokens(desk, pool)
        return max(0.0, ahead / self.per_s(pool))

    def wanted(self, desk: Desk, pool: str) -> float:
        """Return the share of a pool's capacity that is wanted: above 1 if there is too little."""
        demand = desk.state.demand.get(pool)
        return 0.0 if demand is None else demand.share

    def scarcity_usd(self, desk: Desk, pool: Pool, worth_usd: float) -> float:
        """Return the price of the pool's next token, in dollars."""
        if pool.capacity_per_hour is None:
            return 0.0
        full = max(1.0, self._part(pool) * len(self.lenders(desk)))
        return SCARCITY * worth_usd * min(1.0, max(0.0, 1.0 - self.tokens(desk, pool) / full))

    def per_s(self, pool: Pool) -> float:
        """Return the asks per second that this worker may send; infinite without a capacity."""
        if pool.capacity_per_hour is None:
            return math.inf
        return pool.capacity_per_hour * len(self._held.desks) / self._partitions / 3600.0

    def waiting(self, pool: str) -> int:
        """Return the number of this worker's tasks that wait for room in `pool`."""
        self._recount()
        return self._waiting[pool]

    def in_flight(self, pool: str) -> int:
        """Return the number of this worker's asks that `pool` has not answered yet."""
        self._recount()
        return self._in_flight[pool]

    def _save(self, desk: Desk, pool: Pool, part: float, beyond: float) -> None:
        """Save up tokens beyond a desk's part, as far as it can use them."""
        saved = math.fsum(other.savings.get(pool.pool, 0.0) for other in self._held.desks)
        beyond = min(beyond, 1.0 - self.tokens(desk, pool), 1.0 - part - saved)
        if beyond > 0.0:
            desk.savings[pool.pool] = desk.savings.get(pool.pool, 0.0) + beyond
            self._tokens.pop(pool.pool, None)

    def lenders(self, desk: Desk) -> list[Desk]:
        """Return `desk` and the worker's other desks whose time is near enough to lend to it."""
        at = desk.state.filled_at
        if at is None:
            return list(self._held.desks)
        return [
            other
            for other in self._held.desks
            if (its := other.state.filled_at) is None or abs(its - at) <= LENDING_S
        ]

    def _in_step(self, before: float, now: float) -> int:
        """Count the desks that will lend to one whose time moves: near its new time, or its old.

        The latter get their ticks in the same round; a long step leaves nobody alone.
        """
        times = [other.state.filled_at for other in self._held.desks]
        return sum(
            its is None or abs(its - now) <= LENDING_S or abs(its - before) <= LENDING_S
            for its in times
        )

    def tokens(self, desk: Desk, pool: Pool) -> float:
        """Return the tokens of a desk and its lenders, summed once until they change."""
        self._recount()
        counted = self._tokens.get(pool.pool)
        key = (pool.capacity_per_hour, desk.state.filled_at)
        if counted is not None and counted[:2] == key:
            return counted[2]
        part = self._part(pool)
        tokens = together([_tokens_of(lender, pool, part) for lender in self.lenders(desk)])
        self._tokens[pool.pool] = (*key, tokens)
        return tokens

    def _part(self, pool: Pool) -> float:
        """Return a partition's part of the bucket, in tokens."""
        return max(1.0, (pool.capacity_per_hour or 0.0) * BUCKET_S / 3600.0) / self._partitions

    def _recount(self) -> None:
        """Sum up the desks anew if they, or their contents, were replaced since."""
        if self._counted_at == self._held.changed:
            return
        self._counted_at = self._held.changed
        self._tokens.clear()
        self._in_flight.clear()
        self._waiting.clear()
        for desk in self._held.desks:
            self._in_flight.update(desk.state.in_flight)
            self._waiting.update(desk.state.waiting)

    def _count(self, own: dict[str, int], name: str, change: int, sums: Counter[str]) -> None:
        self._recount()
        own[name] = own.get(name, 0) + change
        sums[name] += change


def _tokens_of(desk: Desk, pool: Pool, part: float) -> float:
    """Return the tokens of one desk, its savings included."""
    return _room(desk, pool, part) + desk.savings.get(pool.pool, 0.0)


def _room(desk: Desk, pool: Pool, part: float) -> float:
    return min(part, desk.state.room.get(pool.pool, part))
