"""Waiting: a task that nobody may be asked about now is looked at again when that may change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.desk import Due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.capacity import Capacity
    from bandit.desk import Desk
    from bandit.events import Pool
    from bandit.state import TaskState

RETRY_S = 60.0
"""How long a task waits that no open pool is able to take."""
MOST_S = 1e9
"""No task waits longer for its turn, however slow the pools are."""


def wait_for_room(
    desk: Desk,
    state: TaskState,
    pools: Sequence[Pool],
    capacity: Capacity,
    now: float,
    *,
    waited: bool,
) -> None:
    """Look at the task again when it is about its turn; if that was now, soon."""
    state.waits_for = tuple(pool.pool for pool in pools)
    capacity.wait(desk, state.waits_for, 1)
    queue = max(capacity.waiting(name) for name in state.waits_for)
    per_s = sum(capacity.per_s(pool) for pool in pools)
    turn_s = (1 if waited else queue) / max(per_s, 1.0 / MOST_S)
    _retry(desk, state, now + min(max(1.0, turn_s), MOST_S))


def wait_for_a_pool(desk: Desk, state: TaskState, now: float, give_up_at: float) -> None:
    """Look at the task again soon: no open pool is able to take it."""
    _retry(desk, state, min(now + RETRY_S, give_up_at))


def halt(desk: Desk, state: TaskState, situation: str, now: float) -> None:
    """Let the task wait until its project's control is in another situation."""
    state.halted, state.halted_at, state.stranded_at = situation, now, None
    desk.halted.add(state.task.project, situation, now, state.task.task)


def end_wait(desk: Desk, state: TaskState, capacity: Capacity) -> bool:
    """Let the task wait no longer, for whatever it was; whether it was for a pool."""
    waited = state.retry_at is not None
    capacity.wait(desk, state.waits_for, -1)
    state.retry_at, state.waits_for = None, ()
    state.halted, state.halted_at = "", None
    return waited


def _retry(desk: Desk, state: TaskState, at: float) -> None:
    state.retry_at = at
    desk.note(Due(at, "retry", state.task.task))
