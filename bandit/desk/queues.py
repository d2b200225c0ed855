"""Priority queues: tasks that wait for room in pools, by project and by which pools may be asked.

Within a project the order is: the highest value of a right answer, then the nearest deadline, then
the oldest task. Projects take turns (`bandit.engine.round_robin`).
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, NamedTuple

from bandit.task.state import DECLINED
from bandit.task.worth import DEFAULT_USD

if TYPE_CHECKING:
    from collections.abc import Callable

    from bandit.task.state import TaskState

    Lookup = Callable[[str], TaskState | None]

SLACK = 1000
"""Entries that may be of tasks that wait no more, beside as many as were not: a sweep over n
entries then comes after n others at least, so its cost per entry is constant."""


MOST_DECLINES = 3
"""Declines of one task by a pool, after which it isn't asked again. Platforms pass on that one
person declines; if one in ten does, one task in a thousand has three in a row."""


class Need(NamedTuple):
    """What determines which pools may be asked; the same for all tasks of one queue.

    Pools in `without` may not be asked again, those in `declined` only if no other pool may be now.
    """

    project: str
    skills: tuple[str, ...]
    without: tuple[str, ...]
    is_audit: bool
    declined: tuple[str, ...] = ()


class Entry(NamedTuple):
    """A task in a queue, in the order of service."""

    minus_usd: float
    deadline_at: float
    at: float
    task: str


def need_of(state: TaskState) -> Need:
    """Return what determines which pools may be asked about a task now."""
    declines = [ask.pool for ask in state.asks if ask.status is DECLINED]
    skills = tuple(sorted(set(state.task.skills)))
    if not declines:  # most tasks
        without = tuple(sorted(set(state.nobody_left)))
        return Need(state.task.project, skills, without, state.verdict is not None)
    most = 1 if state.verdict is not None else MOST_DECLINES
    final = {pool for pool in declines if declines.count(pool) >= most}
    return Need(
        project=state.task.project,
        skills=skills,
        without=tuple(sorted(final.union(state.nobody_left))),
        is_audit=state.verdict is not None,
        declined=tuple(sorted(set(declines))) if len(final) < len(set(declines)) else (),
    )


def _entry_of(state: TaskState) -> Entry:
    """Return the place of a task in its queue; records of old releases have no `worth_usd`."""
    usd, deadline_at = state.worth_usd, state.task.deadline_at
    if usd is None:
        usd = state.task.value_usd or DEFAULT_USD
    return Entry(
        minus_usd=-usd,
        deadline_at=math.inf if deadline_at is None else deadline_at,
        at=state.task.at,
        task=state.task.task,
    )


class Queues:
    """The queues of one desk. An entry counts only if its task's state still says so.

    Examples
    --------
    >>> from bandit.events import Task
    >>> from bandit.task.state import TaskState
    >>> tasks = {
    ...     name: TaskState(
    ...         task=Task(task=name, project="p", at=0.0, classes=("yes", "no"), value_usd=usd),
    ...         waits_for=("a",),
    ...     )
    ...     for name, usd in (("t1", 1.0), ("t2", 5.0))
    ... }
    >>> queues = Queues()
    >>> for state in tasks.values():
    ...     queues.add(state)
    >>> needs = queues.needs("p")
    >>> queues.take(needs, tasks.get).task.task
    't2'
    """

    def __init__(self) -> None:
        self._queues: dict[str, dict[Need, list[Entry]]] = {}
        self._taken: list[tuple[Need, Entry]] = []
        self._entries = 0
        self._sweep_at = SLACK

    def add(self, state: TaskState) -> None:
        """Add a waiting task to its queue."""
        self._push(need_of(state), _entry_of(state))

    def projects(self) -> list[str]:
        """Return the projects with entries, sorted."""
        return sorted(self._queues)

    def waits_since(self, project: str, lookup: Lookup) -> float | None:
        """Return when the first tasks of a project's queues came; `None` if none of them waits."""
        firsts = (self.first(need, lookup) for need in self.needs(project))
        return min((first[0].at for first in firsts if first), default=None)

    def needs(self, project: str) -> list[Need]:
        """Return the needs of the waiting tasks of `project`, one for each queue."""
        return list(self._queues.get(project, ()))

    def take(self, needs: list[Need], lookup: Lookup) -> TaskState | None:
        """Take out the first task among those with one of `needs`."""
        firsts = {need: first for need in needs if (first := self.first(need, lookup))}
        if not firsts:
            return None
        need = min(firsts, key=lambda need: (firsts[need][0], need))
        self._pop(need)
        return firsts[need][1]

    def keep(self, lookup: Lookup) -> None:
        """Make what was taken out final; `lookup` finds the tasks as they were kept."""
        self._taken.clear()
        if self._entries > self._sweep_at:
            self._sweep(lookup)

    def drop(self) -> None:
        """Put back what was taken out since the last `keep`."""
        for need, entry in self._taken:
            self._push(need, entry)
        self._taken.clear()

    def first(self, need: Need, lookup: Lookup) -> tuple[Entry, TaskState] | None:
        """Return the first entry of a queue that counts, and its task; remove those before it."""
        while queue := self._queues.get(need.project, {}).get(need):
            state = lookup(queue[0].task)
            if state is not None and _counts(need, queue[0], state):
                return queue[0], state
            self._pop(need)
        return None

    def _push(self, need: Need, entry: Entry) -> None:
        queues = self._queues.setdefault(need.project, {})
        heapq.heappush(queues.setdefault(need, []), entry)
        self._entries += 1

    def _pop(self, need: Need) -> None:
        queues = self._queues[need.project]
        self._taken.append((need, heapq.heappop(queues[need])))
        self._entries -= 1
        if not queues[need]:
            del queues[need]
        if not queues:
            del self._queues[need.project]

    def _sweep(self, lookup: Lookup) -> None:
        """Remove entries that don't count, and duplicates."""
        before, self._queues, self._entries = self._queues, {}, 0
        for queues in before.values():
            for need, queue in queues.items():
                for entry in sorted(set(queue)):
                    state = lookup(entry.task)
                    if state is not None and _counts(need, entry, state):
                        self._push(need, entry)
        self._sweep_at = 2 * self._entries + SLACK


def _counts(need: Need, entry: Entry, state: TaskState) -> bool:
    """Whether the state of a task still says that it waits at this place."""
    return bool(state.waits_for) and (need, entry) == (need_of(state), _entry_of(state))
