"""The desks of the partitions that are held: restored when they come, released when they go.

Rule: a desk is read to the end that was there, committed or not yet, before anything is decided on
it: what its last owner committed may become visible only a moment later (KAFKA-10167).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streams.log.log import Place, read_to_end
from streams.log.topics import DESK, SHARED
from streams.process import failpoints as at
from streams.process import timings
from streams.worker.resuming import resume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streams.core import Core
    from streams.log.log import GroupMember, Log

BATCH = 1000


class DeskRestorer:
    """Which partitions' desks the core has.

    Parameters
    ----------
    log, shared, core
        From where, who reads the partitions, and into what.
    failpoint
        Called with the name of each step before and after it.
    observe
        Told how long a restore took.
    """

    def __init__(
        self,
        log: Log,
        shared: GroupMember,
        core: Core,
        failpoint: Callable[[str], None] = at.nothing,
        observe: timings.Observe = timings.nothing,
    ) -> None:
        self.restored: frozenset[int] = frozenset()
        self._log = log
        self._shared = shared
        self._core = core
        self._failpoint = failpoint
        self._observe = observe

    def take_over(self, partitions: Iterable[int]) -> frozenset[Place]:
        """Have these and no others; which places are read on elsewhere than the group would."""
        moved: frozenset[Place] = frozenset()
        wanted = frozenset(partitions)
        for partition in self.restored - wanted:
            self._core.release(partition)
        self.restored &= wanted
        for partition in sorted(wanted - self.restored):
            self._failpoint("before restore")
            started = time.perf_counter()
            self._core.restore(partition, self._records(partition))
            moved |= resume(self._shared, self._core, partition)
            self.restored |= {partition}
            self._observe(timings.RESTORE_S, time.perf_counter() - started)
            self._failpoint("after restore")
        return moved

    def read_on(self) -> None:
        """Read all of them on behind what they have passed, wherever the group would."""
        positions = {part: self._core.positions(part) for part in self.restored}
        self._shared.seek(
            {
                Place(topic, part): known.get(topic, 0)
                for part, known in positions.items()
                for topic in SHARED
            }
        )

    def forget(self) -> None:
        """Release all of them, to be restored from what is committed."""
        self.take_over(())

    def _records(self, partition: int) -> Iterator[tuple[bytes, bytes | None]]:
        reader = self._log.follow(DESK, partition)
        try:
            for records in read_to_end(reader, BATCH, self._shared.keep_alive):
                yield from ((one.key, one.value) for one in records if one.key is not None)
        finally:
            reader.close()
