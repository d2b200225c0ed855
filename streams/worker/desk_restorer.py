"""Desks of the partitions held: restored when assigned, released when revoked.

Rule: a desk is read up to the end offset, open transactions included, before anything is decided on
it: what its last owner committed may become visible only a moment later (KAFKA-10167).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from streams.log.log import Place, read_to_end
from streams.log.topics import DESK, SHARED
from streams.process import timings
from streams.process.failpoints import nothing
from streams.worker.resuming import resume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streams.core import Core
    from streams.log.log import GroupMember, Log

BATCH = 1000


class DeskRestorer:
    """Restores and releases the desks in the core as partitions are assigned and revoked.

    Parameters
    ----------
    log, member, core
        The log of desks, the member that reads the partitions, and the core.
    failpoint
        Called with the name of each step before and after it.
    observe
        Receives the duration of each restore.
    """

    def __init__(
        self,
        log: Log,
        member: GroupMember,
        core: Core,
        failpoint: Callable[[str], None] = nothing,
        observe: timings.Observe = timings.nothing,
    ) -> None:
        self.restored: frozenset[int] = frozenset()
        self._log = log
        self._member = member
        self._core = core
        self._failpoint = failpoint
        self._observe = observe

    def take_over(self, partitions: Iterable[int]) -> frozenset[Place]:
        """Have only the desks of `partitions`; return which are read from the desk's position."""
        moved: frozenset[Place] = frozenset()
        held = frozenset(partitions)
        for partition in self.restored - held:
            self._core.release(partition)
        self.restored &= held
        for partition in sorted(held - self.restored):
            self._failpoint("before restore")
            started = time.perf_counter()
            self._core.restore(partition, self._records(partition))
            moved |= resume(self._member, self._core, partition)
            self.restored |= {partition}
            self._observe(timings.RESTORE_S, time.perf_counter() - started)
            self._failpoint("after restore")
        return moved

    def read_on(self) -> None:
        """Read all partitions from their desks' positions, whatever the group's are."""
        positions = {part: self._core.positions(part) for part in self.restored}
        self._member.seek(
            {
                Place(topic, part): known.get(topic, 0)
                for part, known in positions.items()
                for topic in SHARED
            }
        )

    def forget(self) -> None:
        """Release all desks; they are restored from what is committed."""
        self.take_over(())

    def _records(self, partition: int) -> Iterator[tuple[bytes, bytes | None]]:
        reader = self._log.follow(DESK, partition)
        try:
            for records in read_to_end(reader, BATCH, self._member.keep_alive):
                yield from (
                    (record.key, record.value) for record in records if record.key is not None
                )
        finally:
            reader.close()
