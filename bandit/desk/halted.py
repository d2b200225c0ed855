"""Halted tasks: those stopped by a control or by the lack of a pool; they cost nothing."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.task.state import TaskState

    Entry = tuple[float, str]


def still_counts(state: TaskState | None, situation: str, at: float) -> bool:
    """Whether an entry of a queue still stands for its task: its state says the same."""
    return state is not None and (state.halted, state.halted_at) == (situation, at)


class HaltedTasks:
    """Queues of tasks by project and by the situation that stopped them, the oldest first.

    An entry counts only if its task's state still says so.

    Examples
    --------
    >>> from bandit.events import Task
    >>> from bandit.task.state import TaskState
    >>> task = Task(task="t1", project="p", at=0.0, classes=("yes", "no"))
    >>> halted = HaltedTasks()
    >>> halted.add(TaskState(task=task, halted="paused", halted_at=5.0))
    >>> halted.keep()
    >>> halted.queues(), list(halted.take("p", "paused"))
    ([('p', 'paused')], [(5.0, 't1')])
    >>> halted.drop()
    >>> list(halted.take("p", "paused"))
    [(5.0, 't1')]
    """

    def __init__(self) -> None:
        self._queues: dict[tuple[str, str], list[Entry]] = {}
        self._taken: list[tuple[tuple[str, str], Entry]] = []
        self.open_count = self._open_count_kept = 0  # not the closed ones, whose audit is halted

    def add(self, state: TaskState) -> None:
        """Add a task that is halted to its queue."""
        queue = self._queues.setdefault((state.task.project, state.halted), [])
        heapq.heappush(queue, (state.halted_at or 0.0, state.task.task))
        self.open_count += state.verdict is None

    def leave(self, state: TaskState) -> None:
        """Count that a task is no longer halted."""
        self.open_count -= state.verdict is None

    def queues(self) -> list[tuple[str, str]]:
        """Return the (project, situation) of each queue, sorted."""
        return sorted(self._queues)

    def entries(self, project: str, situation: str) -> list[Entry]:
        """Return the entries of a queue, unsorted."""
        return list(self._queues[project, situation])

    def take(self, project: str, situation: str) -> Iterator[Entry]:
        """Take out tasks, the longest halted first."""
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
        self._open_count_kept = self.open_count

    def drop(self) -> None:
        """Put back what was taken out since the last `keep`."""
        for key, entry in self._taken:
            heapq.heappush(self._queues[key], entry)
        self._taken.clear()
        self.open_count = self._open_count_kept
