"""Limits at which no further tasks are read: how many may be open, how far a desk may be behind.

Those that go on are counted, and apart from them those that are halted.

A halted task waits for an order or for a pool and costs nothing but memory. If it counted with the
others, the backlog of one paused project would stop all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.config.config import WorkerSettings
    from streams.core import Core

MAX_OPEN, MAX_HALTED, MAX_BEHIND_S = "max_open", "max_halted", "max_behind_s"

LIMITS = (MAX_OPEN, MAX_HALTED, MAX_BEHIND_S)
"""Keys of `[worker]`: at one of them no further tasks are read."""


def limit_reached(core: Core, settings: WorkerSettings) -> str | None:
    """Return which limit of open tasks is reached, or `None`."""
    halted = core.halted_tasks()
    if core.open_tasks() - halted >= settings.max_open:
        return MAX_OPEN
    return MAX_HALTED if halted >= settings.max_halted else None
