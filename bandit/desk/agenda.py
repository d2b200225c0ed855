"""The agenda of a desk: what is due when, as the state of its tasks says.

An entry counts only if the task's state still says so, so none is ever taken out before its time.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bandit.settings import MemorySettings
    from bandit.task.state import TaskState

Kind = Literal["expire", "look", "retry", "deadline", "forget", "gold", "predictions"]

SLACK = 1000
"""Entries that may be of forgotten tasks, beside as many as were not: a sweep over n entries then
comes after n others at least, so its cost per entry is constant; a small desk is never swept."""


class AgendaEntry(NamedTuple):
    """Something to look at when its time has come; ordered by time, then by name."""

    at: float
    kind: Kind
    task: str
    ask: int = 0


class Agenda:
    """Entries in order of time; what was taken out since the last `keep` comes back by `drop`.

    Examples
    --------
    >>> agenda = Agenda()
    >>> agenda.add(AgendaEntry(5.0, "deadline", "t1"))
    >>> [entry.task for entry in agenda.due(5.0)], list(agenda.due(5.0))
    (['t1'], [])
    >>> agenda.drop()
    >>> [entry.task for entry in agenda.due(5.0)]
    ['t1']
    """

    def __init__(self) -> None:
        self._heap: list[AgendaEntry] = []
        self._popped: list[AgendaEntry] = []
        self._sweep_at = SLACK

    def __len__(self) -> int:
        """Return how many entries there are, those that no longer count included."""
        return len(self._heap)

    def add(self, entry: AgendaEntry) -> None:
        """Add an entry."""
        heapq.heappush(self._heap, entry)

    def due(self, now: float) -> Iterator[AgendaEntry]:
        """Yield what is due by `now`, earliest first; entries added meanwhile included."""
        while self._heap and self._heap[0].at <= now:
            entry = heapq.heappop(self._heap)
            self._popped.append(entry)
            yield entry

    def clear(self) -> None:
        """Remove all entries: the desk is about to be restored."""
        self._heap = []

    def keep(self, is_known: Callable[[AgendaEntry], bool]) -> None:
        """Make final what was taken out; sweep out entries whose task is not known any more."""
        self._popped.clear()
        if len(self._heap) > self._sweep_at:
            self._heap = [entry for entry in self._heap if is_known(entry)]
            heapq.heapify(self._heap)
            self._sweep_at = 2 * len(self._heap) + SLACK

    def drop(self) -> None:
        """Put back what was taken out since the last `keep`."""
        for entry in self._popped:
            heapq.heappush(self._heap, entry)
        self._popped.clear()


def entries_of(state: TaskState, memory: MemorySettings) -> list[AgendaEntry]:
    """Return what is due about a task as it stands."""
    name = state.task.task
    entries = [AgendaEntry(ask.expires_at, "expire", name, ask.ask) for ask in state.awaited()]
    if state.retry_at is not None and not state.waits_for:
        entries.append(AgendaEntry(state.retry_at, "retry", name))
    if state.look_at is not None:
        entries.append(AgendaEntry(state.look_at, "look", name))
    if state.until is not None:
        entries.append(AgendaEntry(state.until, "retry", name))
    forget_at = state.forget_at(memory.remember_closed_s)
    if forget_at is not None:
        entries.append(AgendaEntry(forget_at, "forget", name))
    elif state.task.deadline_at is not None:
        entries.append(AgendaEntry(state.task.deadline_at, "deadline", name))
    return entries
