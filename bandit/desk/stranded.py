"""Stranded tasks: those with skills that no open pool has together; halted until one has."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from bandit.desk.halted import still_counts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.desk.desk import Desk

STRANDED = "no pool with "


def stranded(skills: Iterable[str]) -> str:
    """Return the situation of a halted task that needs `skills`.

    Examples
    --------
    >>> stranded(("fr", "es"))
    'no pool with ["es","fr"]'
    """
    return STRANDED + msgspec.json.encode(sorted(set(skills))).decode()


def skills_missing(situation: str) -> tuple[str, ...] | None:
    """Return the skills that no open pool had together; `None` for other situations.

    Examples
    --------
    >>> skills_missing(stranded(("fr", "es"))), skills_missing("paused")
    (('es', 'fr'), None)
    """
    if not situation.startswith(STRANDED):
        return None
    return msgspec.json.decode(situation.removeprefix(STRANDED), type=tuple[str, ...])


def count_stranded(desk: Desk) -> Counter[tuple[str, ...]]:
    """Count the stranded tasks of a desk, by the skills that no open pool has together."""
    counts: Counter[tuple[str, ...]] = Counter()
    for project, situation in desk.halted.queues():
        skills = skills_missing(situation)
        if skills is not None:
            for at, task in set(desk.halted.entries(project, situation)):
                state = desk.peek(task)
                if still_counts(state, situation, at):
                    counts[skills] += 1
    return counts
