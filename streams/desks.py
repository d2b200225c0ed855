"""The desks of the partitions that are held: restored when they come, released when they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams import failpoints as at
from streams.topics import DESK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streams.core import Core
    from streams.log import Log

BATCH = 1000


class Desks:
    """Which partitions' desks the core has."""

    def __init__(self, log: Log, core: Core, failpoint: Callable[[str], None] = at.nothing) -> None:
        self._log = log
        self._core = core
        self._failpoint = failpoint
        self._restored: frozenset[int] = frozenset()

    def take_over(self, partitions: Iterable[int]) -> None:
        """Have these and no others."""
        wanted = frozenset(partitions)
        for partition in self._restored - wanted:
            self._core.release(partition)
        self._restored &= wanted
        for partition in sorted(wanted - self._restored):
            self._failpoint("before restore")
            self._restore(partition)
            self._restored |= {partition}
            self._failpoint("after restore")

    def forget(self) -> None:
        """Release all of them, to be restored from what is committed."""
        self.take_over(())

    def _restore(self, partition: int) -> None:
        reader = self._log.follow(DESK, partition)
        records = []
        while not reader.at_end():
            records += reader.poll(BATCH, 1.0)
        reader.close()
        self._core.restore(partition, ((r.key, r.value) for r in records if r.key is not None))
