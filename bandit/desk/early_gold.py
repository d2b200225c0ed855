"""Early gold: a true answer that comes before its task, and is held for a limited time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import EventError

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.events import Gold
    from bandit.settings import MemorySettings


def hold_early(desk: Desk, event: Gold, memory: MemorySettings) -> bool:
    """Hold gold for a task that isn't known yet; return `False` if the same answer is held.

    Raises
    ------
    EventError
        If another answer is held for the task, or gold of too many tasks is.
    """
    waiting = desk.gold(event.task)
    if waiting is not None:
        known = waiting.gold.answer
        if known == event.answer:
            return False
        msg = f"gold of task {event.task!r}: {event.answer!r} contradicts {known!r}"
        raise EventError("contradicts", msg)
    if desk.state.waiting_gold >= memory.max_waiting_gold:
        msg = (
            f"gold of task {event.task!r}: unknown task, and gold of {memory.max_waiting_gold} more"
        )
        msg += " unknown tasks waits already (memory.max_waiting_gold)"
        raise EventError("unknown_task", msg)
    # Its wait begins now: only ticks move time, and `event.at` is by another clock.
    desk.hold(event, desk.now(event))
    return True
