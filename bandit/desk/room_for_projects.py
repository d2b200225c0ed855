"""The limit on the projects that a desk knows: its record must fit into one record of the log.

What a desk learns of each project is in its record, which is written with every batch. So a task of
a project that isn't known is refused while what is known is large; other projects go on. Idle
projects are forgotten (`bandit.desk.idle_projects`), which makes room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.desk.idle_projects import IDLE_DAYS
from bandit.errors import EventError

if TYPE_CHECKING:
    from bandit.events import Task
    from bandit.task.state import DeskState

MOST_BYTES = 700_000
"""Size of the record, positions apart, from which on no project is added. A log takes 1,000,000:
the rest is for budgets of known projects, and for targets of single tasks."""

FIELDS = 7
"""Most maps of the record that a first verdict adds a project to, if it has no budget."""

VALUE_BYTES = 16
"""Mean length of a value in them, with the quotes of its name and the comma."""

_encode = msgspec.json.Encoder().encode


def check_room(state: DeskState, task: Task) -> None:
    """Refuse the task of a project that isn't known where no more projects fit.

    Raises
    ------
    EventError
        If so.
    """
    if task.project in state.verdict_day:
        return
    if _size(state) > MOST_BYTES:
        msg = (
            f"task {task.task!r}: project {task.project[:40]!r} is new, and what is known of"
            f" {len(state.verdict_day):,} others fills the partition's record; use fewer projects,"
            f" or shorter names; idle ones are forgotten after {IDLE_DAYS} days"
        )
        raise EventError("too_many_projects", msg)


def _size(state: DeskState) -> int:
    """Return the size of the record, with what projects without a verdict will add to it."""
    known = len(_encode(msgspec.structs.replace(state, positions={})))
    without = (name for name in state.verdict_day if name not in state.unsure)
    return known + sum(FIELDS * (len(name.encode()) + VALUE_BYTES) for name in without)
