"""The agenda of a desk: what is due when, as the state of its tasks says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from bandit.task.state import WAITING

if TYPE_CHECKING:
    from bandit.settings import MemorySettings
    from bandit.task.state import TaskState

Kind = Literal["expire", "retry", "deadline", "forget", "gold"]


class AgendaEntry(NamedTuple):
    """Something to look at when its time has come; ordered by time, then by name."""

    at: float
    kind: Kind
    task: str
    ask: int = 0


class Closed(NamedTuple):
    """A closed task; ordered by when it closed or its last audit ends, then by name."""

    at: float
    task: str


def dues(state: TaskState, memory: MemorySettings) -> list[AgendaEntry]:
    """Return what is due about a task as it stands."""
    name = state.task.task
    found = [
        AgendaEntry(ask.expires_at, "expire", name, ask.ask)
        for ask in state.asks
        if ask.status == WAITING
    ]
    if state.retry_at is not None and not state.waits_for:
        found.append(AgendaEntry(state.retry_at, "retry", name))
    forget_at = state.forget_at(memory.remember_closed_s)
    if forget_at is not None:
        found.append(AgendaEntry(forget_at, "forget", name))
    elif state.task.deadline_at is not None:
        found.append(AgendaEntry(state.task.deadline_at, "deadline", name))
    return found
