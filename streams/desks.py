"""The desks of the partitions that are held: restored when they come, released when they go.

Rule: a desk is read to the end that was there, committed or not yet, before anything is decided on
it: what its last owner committed may become visible only a moment later (KAFKA-10167).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streams import failpoints as at
from streams import timings
from streams.log import read_to_end
from streams.topics import DESK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streams.core import Core
    from streams.log import Log

BATCH = 1000


class Desks:
    """Which partitions' desks the core has.

    Parameters
    ----------
    log, core
        From where, and into what.
    keep_alive
        Called again and again while a desk is read.
    failpoint
        Called with the name of each step before and after it.
    observe
        Told how long a restore took.
    """

    def __init__(
        self,
        log: Log,
        core: Core,
        keep_alive: Callable[[], None],
        failpoint: Callable[[str], None] = at.nothing,
        observe: timings.Observe = timings.nothing,
    ) -> None:
        self.restored: frozenset[int] = frozenset()
        self._log = log
        self._core = core
        self._keep_alive = keep_alive
        self._failpoint = failpoint
        self._observe = observe

    def take_over(self, partitions: Iterable[int]) -> None:
        """Have these and no others."""
        wanted = frozenset(partitions)
        for partition in self.restored - wanted:
            self._core.release(partition)
        self.restored &= wanted
        for partition in sorted(wanted - self.restored):
            self._failpoint("before restore")
            started = time.perf_counter()
            self._core.restore(partition, self._records(partition))
            self.restored |= {partition}
            self._observe(timings.RESTORE_S, time.perf_counter() - started)
            self._failpoint("after restore")

    def forget(self) -> None:
        """Release all of them, to be restored from what is committed."""
        self.take_over(())

    def _records(self, partition: int) -> Iterator[tuple[bytes, bytes | None]]:
        reader = self._log.follow(DESK, partition)
        try:
            for records in read_to_end(reader, BATCH, self._keep_alive):
                yield from ((one.key, one.value) for one in records if one.key is not None)
        finally:
            reader.close()
