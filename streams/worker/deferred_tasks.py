"""Tasks that were read while their desk is behind the time: kept until it isn't.

An ask takes the desk's time. Decided on while the desk's ticks still wait behind other records, it
might have expired before anybody sees it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.log.log import Place
from streams.log.topics import TASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Sequence

    from streams.log.log import Record


class DeferredTasks:
    """Keeps tasks that came too early; no more than were polled before their pause.

    Examples
    --------
    >>> from streams.log.log import Record
    >>> late, held = DeferredTasks(), {Place("tasks", 0)}
    >>> late.sort([Record("tasks", 0, 5, b"t", b"{}")], {0}, held)
    []
    >>> late.waits(set())
    True
    >>> [record.offset for record in late.sort([], set(), held)]
    [5]
    """

    def __init__(self) -> None:
        self._kept: dict[int, list[Record]] = {}

    def sort(
        self, records: Sequence[Record], behind: Collection[int], held: Container[Place]
    ) -> Sequence[Record]:
        """Return what may be handled now, in order; keep tasks of partitions that are `behind`.

        What was kept of partitions that are not `held` is forgotten: others read it again.
        """
        if not behind and not self._kept:
            return records
        kept = {one: some for one, some in self._kept.items() if Place(TASKS, one) in held}
        ready = [record for one, some in kept.items() if one not in behind for record in some]
        self._kept = {one: some for one, some in kept.items() if one in behind}
        for record in records:
            if record.topic == TASKS and record.partition in behind:
                self._kept.setdefault(record.partition, []).append(record)
            else:
                ready.append(record)
        return ready

    def waits(self, behind: Container[int]) -> bool:
        """Whether something kept may be handled now."""
        return any(one not in behind for one in self._kept)

    def forget(self) -> None:
        """Forget what is kept: it will be read again."""
        self._kept.clear()
