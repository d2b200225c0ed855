"""Gold that comes before its task, and waits for it a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import EventError

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.events import Gold
    from bandit.settings import MemorySettings


def hold_early(desk: Desk, event: Gold, memory: MemorySettings) -> bool:
    """Hold gold for a task that isn't known yet; `False` if the same answer waits already.

    Raises
    ------
    EventError
        If another answer waits for the task, or too many tasks are waited for.
    """
    waiting = desk.gold(event.task)
    if waiting is not None:
        known = waiting.gold.answer
        if known == event.answer:
            return False
        msg = f"gold of task {event.task!r}: {event.answer!r} contradicts {known!r}"
        raise EventError("contradicts", msg)
    if desk.state.waiting_gold >= memory.max_waiting_gold:
        msg = f"gold of task {event.task!r}: {memory.max_waiting_gold} wait for tasks already"
        raise EventError("unknown_task", msg)
    # Only ticks move time, so gold waits from now, whenever the expert spoke.
    desk.hold(event, desk.now(event))
    return True
