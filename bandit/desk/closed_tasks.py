"""The closed tasks that a desk still remembers, in the order in which they may be forgotten."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bandit.task.state import TaskState


class ClosedEntry(NamedTuple):
    """A closed task; ordered by when it closed or its last audit ends, then by name."""

    at: float
    task: str


class ClosedTasks:
    """Counts closed tasks and yields those to forget first; `drop` undoes what is not kept.

    An entry counts only if its task's state still says so.

    Examples
    --------
    >>> closed = ClosedTasks()
    >>> closed.add("t1", 5.0)
    >>> closed.keep()
    >>> closed.remove()
    >>> len(closed)
    0
    >>> closed.drop()
    >>> len(closed)
    1
    """

    def __init__(self) -> None:
        self._heap: list[ClosedEntry] = []
        self._popped: list[ClosedEntry] = []
        self._count = self._count_kept = 0

    def __len__(self) -> int:
        """Return how many closed tasks are remembered."""
        return self._count

    @property
    def entries(self) -> int:
        """Entries held: at least one a closed task, and some of tasks forgotten by their age."""
        return len(self._heap)

    def add(self, name: str, at: float) -> None:
        """Remember a task that has closed just now."""
        self._count += 1
        heapq.heappush(self._heap, ClosedEntry(at, name))

    def remove(self) -> None:
        """Count that one of them is forgotten; its entry no longer counts."""
        self._count -= 1

    def move(self, entry: ClosedEntry) -> None:
        """Add the entry of a task whose times were moved by a reset of the clock."""
        heapq.heappush(self._heap, entry)

    def first_beyond(
        self,
        most: int,
        now: float,
        task: Callable[[str], TaskState | None],
        knows: Callable[[str], bool],
    ) -> Iterator[TaskState]:
        """Yield the closed task to forget first, while more than `most` are remembered.

        `task` finds the state of a task, `knows` says more cheaply whether there is one.
        """
        while self._heap:
            crowded = self._count > most and self._heap[0].at <= now
            if not crowded and knows(self._heap[0].task):
                return
            entry = heapq.heappop(self._heap)
            self._popped.append(entry)
            state = task(entry.task)
            at = None if state is None else state.forget_at(0.0)
            if state is not None and at == entry.at:
                yield state
            elif at is not None:  # its audit was asked for meanwhile
                heapq.heappush(self._heap, ClosedEntry(at, entry.task))

    def restore(self, entries: Iterable[ClosedEntry]) -> None:
        """Replace all of them by those that a desk's records hold."""
        self._heap = list(entries)
        heapq.heapify(self._heap)
        self._count = self._count_kept = len(self._heap)

    def keep(self) -> None:
        """Make all changes since the last `keep` final."""
        self._popped.clear()
        self._count_kept = self._count

    def drop(self) -> None:
        """Undo what was removed since the last `keep`; entries added since no longer count."""
        for entry in self._popped:
            heapq.heappush(self._heap, entry)
        self._popped.clear()
        self._count = self._count_kept
