"""Capacity: how many asks a pool has room for now, and what it costs to use one of them.

A pool's capacity is a bucket of tokens, filled at `capacity_per_hour`, holding five minutes' worth
(at least one). The price of a token rises as the bucket empties:

    scarcity_usd = SCARCITY * worth_usd * (1 - tokens / bucket).

That is online mirror descent on the capacity constraint: the dual price that adds a step for each
ask and takes off a step for each token filled, never below 0, *is* the emptiness of the bucket
(Balseiro, Lu and Mirrokni 2020, ICML, algorithm 1, with the Euclidean mirror map).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.events import Pool
    from bandit.state import DeskState

BUCKET_S = 300.0
"""Capacity saved up while a pool is idle: five minutes' worth."""
SCARCITY = 0.05
"""Price of an empty pool's next token, as a share of what a right answer is worth."""


class Capacity:
    """Room in pools, as one desk counts it; `share` is its part of every pool's capacity.

    Examples
    --------
    >>> from bandit.events import Pool
    >>> from bandit.state import DeskState
    >>> pool = Pool(pool="a", at=0.0, usd_per_label=0.1, capacity_per_hour=12.0)
    >>> room, desk = Capacity(1.0), DeskState()
    >>> room.free(desk, pool, 0.0)
    True
    >>> room.take(desk, pool, 0.0)
    >>> room.free(desk, pool, 299.0), room.free(desk, pool, 300.0)
    (False, True)
    """

    def __init__(self, share: float) -> None:
        self._share = share

    def free(self, desk: DeskState, pool: Pool, now: float, ahead: int = 0) -> bool:
        """Whether `pool` has room for one more ask when `ahead` tasks wait for it already."""
        return pool.capacity_per_hour is None or self._tokens(desk, pool, now) >= 1.0 + ahead

    def take(self, desk: DeskState, pool: Pool, now: float) -> None:
        """Count one ask."""
        if pool.capacity_per_hour is not None:
            desk.tokens[pool.pool] = (self._tokens(desk, pool, now) - 1.0, now)

    def scarcity_usd(self, desk: DeskState, pool: Pool, now: float, worth_usd: float) -> float:
        """Price of using one of the pool's tokens now."""
        if pool.capacity_per_hour is None:
            return 0.0
        empty = 1.0 - self._tokens(desk, pool, now) / self._bucket(pool)
        return SCARCITY * worth_usd * empty

    def per_s(self, pool: Pool) -> float:
        """Asks a second that this desk may send to `pool`; infinite without a capacity."""
        if pool.capacity_per_hour is None:
            return float("inf")
        return pool.capacity_per_hour * self._share / 3600.0

    def _bucket(self, pool: Pool) -> float:
        return max(1.0, self.per_s(pool) * BUCKET_S)

    def _tokens(self, desk: DeskState, pool: Pool, now: float) -> float:
        full = self._bucket(pool)
        tokens, at = desk.tokens.get(pool.pool, (full, now))
        # Rounded, so that n seconds' worth of filling is n seconds' worth.
        return round(min(full, tokens + max(0.0, now - at) * self.per_s(pool)), 9)
