"""All that a batch may change: the desks by partition and the pools, made final or undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.events import Pool
    from bandit.settings import MemorySettings

    Changed = list[tuple[bytes, bytes | None]]


class Desks:
    """Desks by partition, and the pools that they all ask.

    Examples
    --------
    >>> from bandit.events import Pool
    >>> from bandit.settings import MemorySettings
    >>> desks = Desks(MemorySettings())
    >>> desks.describe(Pool(pool="a", at=0.0, usd_per_label=0.05))
    >>> desks.drop()
    >>> desks.pools
    {}
    """

    def __init__(self, memory: MemorySettings) -> None:
        self.pools: dict[str, Pool] = {}
        self._memory = memory
        self._desks: dict[int, Desk] = {}
        self._before: dict[str, Pool | None] = {}
        self._changes: dict[int, Changed] | None = None

    def of(self, partition: int) -> Desk:
        """Return a partition's desk, to be changed."""
        self._changes = None
        desk = self._desks.get(partition)
        if desk is None:
            desk = self._desks[partition] = Desk(self._memory)
        return desk

    def describe(self, pool: Pool) -> None:
        """Take in what operations say of a pool."""
        self._before.setdefault(pool.pool, self.pools.get(pool.pool))
        self.pools[pool.pool] = pool

    def changes(self) -> list[tuple[int, bytes, bytes | None]]:
        """Return the desk records changed since `keep`: (partition, key, value or `None`)."""
        return [
            (partition, key, value)
            for partition, changed in self._changed().items()
            for key, value in changed
        ]

    def keep(self) -> None:
        """Make everything since the last `keep` final."""
        for partition, changed in self._changed().items():
            self._desks[partition].keep(changed)
        self._changes = None
        self._before.clear()

    def drop(self) -> None:
        """Undo everything since the last `keep`."""
        self._changes = None
        for desk in self._desks.values():
            desk.drop()
        for name, before in self._before.items():
            if before is None:
                del self.pools[name]
            else:
                self.pools[name] = before
        self._before.clear()

    def restore(self, partition: int, records: Iterable[tuple[bytes, bytes | None]]) -> None:
        """Take up a partition's desk as its records in the log say."""
        self.release(partition)
        self.of(partition).restore(records)

    def release(self, partition: int) -> None:
        """Forget a partition."""
        self._changes = None
        self._desks.pop(partition, None)

    def open_tasks(self) -> int:
        """Tasks without a verdict."""
        return sum(desk.state.open_tasks for desk in self._desks.values())

    def open_asks(self) -> int:
        """Asks that are awaited."""
        return sum(sum(desk.state.in_flight.values()) for desk in self._desks.values())

    def _changed(self) -> dict[int, Changed]:
        """Changes by partition, encoded once however often they are asked for."""
        if self._changes is None:
            self._changes = {partition: desk.changes() for partition, desk in self._desks.items()}
        return self._changes
