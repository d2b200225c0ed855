"""Checks which open tasks are stopped: by orders, or because no open pool has their skills."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.desk.deferred import deferred_by
from bandit.desk.stranded import skills_missing
from streams.doctor.findings import DoctorFinding, ok, warning
from streams.process.wording import skilled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.doctor.retention import OpenTasks

OPEN = "open tasks"
SHOWN = 3
"""Sets of missing skills that are named, those of the most tasks first."""


def halted(tasks: OpenTasks, log: str) -> Iterator[DoctorFinding]:
    """Count open tasks, and those that are stopped, by what stops them; `log` is the address."""
    part = "" if tasks.whole else " (topic desk was read only in part)"
    missing: Counter[tuple[str, ...]] = Counter()
    ordered = deferred = 0
    for situation, count in tasks.halted.items():
        skills = skills_missing(situation)
        if deferred_by(situation) is not None:
            deferred += count
        elif skills is None:
            ordered += count
        else:
            missing[skills] += count
    summary = f"{counted(tasks.open, 'task')} without a verdict{part}"
    if ordered:
        summary += (
            f"; {ordered:,} stopped by an order (see it: poolwise control {shlex.quote(log)})"
        )
    if deferred:
        summary += f"; {deferred:,} waiting for a better pool to open"
    yield ok(OPEN, summary)
    for skills, count in missing.most_common(SHOWN):
        yield warning(
            OPEN,
            f"{counted(count, 'task')} not being worked on: no available pool{skilled(skills)}",
            "open such a pool: feed a Pool event with these skills. A task that no pool can take"
            " ends after policy.give_up_s",
        )
    others = missing.total() - sum(count for _, count in missing.most_common(SHOWN))
    if others:
        yield ok(OPEN, f"{counted(others, 'task')} wait for available pools with other skills")
