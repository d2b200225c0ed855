"""Waiting: a task that nobody may be asked about now is looked at again when that may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk.agenda import AgendaEntry
from bandit.desk.stranded import stranded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.desk.desk import Desk
    from bandit.events import Pool
    from bandit.limits.capacity import Capacity
    from bandit.task.state import TaskState

MOST_S = 1e9
"""Longest estimate of when a task has its turn, however slow the pools are."""


def wait_for_room(
    desk: Desk,
    state: TaskState,
    pools: Sequence[Pool],
    capacity: Capacity,
    now: float,
    worth_usd: float,
) -> None:
    """Put the task into its queue; it goes on at a tick at which one of `pools` has room."""
    state.waits_for, state.worth_usd = tuple(pool.pool for pool in pools), worth_usd
    capacity.wait(desk, state.waits_for, 1)
    queue = max(capacity.waiting(name) for name in state.waits_for)
    per_s = sum(capacity.per_s(pool) for pool in pools)
    state.retry_at = now + min(max(1.0, queue / max(per_s, 1.0 / MOST_S)), MOST_S)
    desk.queues.add(state)


def halt(desk: Desk, state: TaskState, situation: str, now: float) -> None:
    """Let the task wait until its project's control is in another situation."""
    state.stranded_at = None
    _halt(desk, state, situation, now)


def strand(desk: Desk, state: TaskState, now: float, give_up_at: float) -> None:
    """Let the task wait until an open pool is able to take it, or until it is given up."""
    _halt(desk, state, stranded(state.task.skills), now)
    state.retry_at = give_up_at
    desk.note(AgendaEntry(give_up_at, "retry", state.task.task))


def end_wait(desk: Desk, state: TaskState, capacity: Capacity) -> None:
    """Let the task wait no longer, for whatever it was."""
    capacity.wait(desk, state.waits_for, -1)
    state.retry_at, state.waits_for, state.worth_usd = None, (), None
    if state.halted_at is not None:
        desk.halted.leave(state)
    state.halted, state.halted_at = "", None


def _halt(desk: Desk, state: TaskState, situation: str, now: float) -> None:
    state.halted, state.halted_at = situation, now
    desk.halted.add(state)
