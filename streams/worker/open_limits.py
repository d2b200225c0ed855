"""Limits at which a worker stops reading tasks: open tasks, halted tasks, time behind.

A halted task waits for a control or for a pool and costs only memory. It is counted apart from the
other open tasks, so that the backlog of one paused project does not stop all projects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from streams.config.config import WorkerSettings
    from streams.core import Core

Limit = Literal["max_open", "max_halted", "max_behind_s"]
"""Key of `[worker]`: at this limit no further tasks are read."""

MAX_OPEN: Limit = "max_open"
MAX_HALTED: Limit = "max_halted"
MAX_BEHIND_S: Limit = "max_behind_s"
LIMITS: tuple[Limit, ...] = (MAX_OPEN, MAX_HALTED, MAX_BEHIND_S)


def limit_reached(core: Core, settings: WorkerSettings) -> Limit | None:
    """Return the limit of open or halted tasks that is reached; `None` if none is."""
    halted = core.halted_tasks()
    if core.open_tasks() - halted >= settings.max_open:
        return MAX_OPEN
    return MAX_HALTED if halted >= settings.max_halted else None
