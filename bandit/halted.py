"""Halted tasks: those that a control stopped, in queues that cost nothing while it stays."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    Entry = tuple[float, str]


class Halted:
    """Queues of tasks by project and by the situation that stopped them, each in order of time.

    An entry counts only if its task's state still says so.

    Examples
    --------
    >>> halted = Halted()
    >>> halted.add("p", "paused", 5.0, "t1")
    >>> halted.queues(), list(halted.take("p", "paused"))
    ([('p', 'paused')], [(5.0, 't1')])
    >>> halted.drop()
    >>> list(halted.take("p", "paused"))
    [(5.0, 't1')]
    """

    def __init__(self) -> None:
        self._queues: dict[tuple[str, str], list[Entry]] = {}
        self._taken: list[tuple[tuple[str, str], Entry]] = []

    def add(self, project: str, situation: str, at: float, task: str) -> None:
        """Put a task into its queue."""
        heapq.heappush(self._queues.setdefault((project, situation), []), (at, task))

    def queues(self) -> list[tuple[str, str]]:
        """Return which queues there are, in order of name."""
        return sorted(self._queues)

    def take(self, project: str, situation: str) -> Iterator[Entry]:
        """Take out tasks, those first that have waited longest."""
        key = (project, situation)
        queue = self._queues[key]
        while queue:
            entry = heapq.heappop(queue)
            self._taken.append((key, entry))
            yield entry

    def keep(self) -> None:
        """Make what was taken out final."""
        for key, _ in self._taken:
            if not self._queues.get(key, True):
                del self._queues[key]
        self._taken.clear()

    def drop(self) -> None:
        """Put back what was taken out since the last `keep`."""
        for key, entry in self._taken:
            heapq.heappush(self._queues[key], entry)
        self._taken.clear()
