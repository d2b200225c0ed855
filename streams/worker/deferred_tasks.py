"""Tasks read while their desk's time is behind: deferred until it has caught up.

An ask starts at the desk's time. Decided while the desk's ticks still wait behind other records, it
could have expired before a pool reads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.log.log import Place
from streams.log.topics import TASKS

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Sequence

    from streams.log.log import Record


class DeferredTasks:
    """Tasks that wait for their desk's time: at most those polled before the partition paused.

    Examples
    --------
    >>> from streams.log.log import Record
    >>> deferred, held = DeferredTasks(), {Place("tasks", 0)}
    >>> deferred.sort([Record("tasks", 0, 5, b"t", b"{}")], {0}, held)
    []
    >>> deferred.waits(set())
    True
    >>> [record.offset for record in deferred.sort([], set(), held)]
    [5]
    """

    def __init__(self) -> None:
        self._tasks: dict[int, list[Record]] = {}  # by partition

    def sort(
        self, records: Sequence[Record], behind: Collection[int], held: Container[Place]
    ) -> Sequence[Record]:
        """Return the records to handle now, in order; defer tasks of partitions that are `behind`.

        Deferred tasks of partitions that are not `held` are dropped: other members read them again.
        """
        if not behind and not self._tasks:
            return records
        kept = {part: tasks for part, tasks in self._tasks.items() if Place(TASKS, part) in held}
        ready = [task for part, tasks in kept.items() if part not in behind for task in tasks]
        self._tasks = {part: tasks for part, tasks in kept.items() if part in behind}
        for record in records:
            if record.topic == TASKS and record.partition in behind:
                self._tasks.setdefault(record.partition, []).append(record)
            else:
                ready.append(record)
        return ready

    def waits(self, behind: Container[int]) -> bool:
        """Whether deferred tasks can be handled now."""
        return any(partition not in behind for partition in self._tasks)

    def forget(self) -> None:
        """Drop all deferred tasks: they will be read again."""
        self._tasks.clear()
