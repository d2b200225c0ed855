"""Projects without a verdict for long: a desk forgets what it learned of their prices and audits.

The desk's record is written with every batch, so 100,000 projects that came and went must not stay
in it. What their asks have cost in all stays: a budget in all counts past asks, whenever it comes.

Rule: what is forgotten follows from the desk's record and its time, so a restored desk forgets the
same. A record without the days of verdicts is of an older release: they count from its first day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.task.periods import number_of
from bandit.task.worth import project_of

if TYPE_CHECKING:
    from bandit.task.state import DeskState

IDLE_DAYS = 90
"""A labeler who was away so long counts as a new one, too (`memory.labeler_days`)."""


def note_task(state: DeskState, project: str, at: float) -> None:
    """Note the day of a project's first task: it counts as if it had a verdict then."""
    if project not in state.verdict_day:
        state.verdict_day[project] = number_of("day", at)


def note_verdict(state: DeskState, project: str, at: float) -> None:
    """Note the day of a project's verdict.

    Examples
    --------
    >>> from bandit.task.state import DeskState
    >>> state = DeskState(unsure={"p": (5, 0.1)})
    >>> note_verdict(state, "p", at=0.0)
    >>> forget_idle(state, now=90 * 86_400.0)
    >>> state.unsure
    {'p': (5, 0.1)}
    >>> forget_idle(state, now=91 * 86_400.0)
    >>> state.unsure, state.verdict_day
    ({}, {})
    """
    state.verdict_day[project] = number_of("day", at)


def forget_idle(state: DeskState, now: float) -> None:
    """Forget what was learned of projects whose last verdict is longer ago than `IDLE_DAYS`."""
    today, days = number_of("day", now), state.verdict_day
    learned = state.log_delay, state.label_usd, state.unsure, state.audit_usd
    for of_project in learned:
        for project in of_project:
            days.setdefault(project, today)
    for key in state.log_worth:
        days.setdefault(project_of(key), today)
    for project in [name for name, day in days.items() if day + IDLE_DAYS < today]:
        del days[project]
        for of_project in learned:
            of_project.pop(project, None)
    for key in [key for key in state.log_worth if project_of(key) not in days]:
        del state.log_worth[key]
