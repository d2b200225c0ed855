"""Eviction: a desk that remembers too many closed tasks forgets the oldest, as others close."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.desk.desk import Desk
    from bandit.task.state import TaskState

EVICTED_PER_CLOSED = 2
"""Closed tasks forgotten for one that closes. More than 1, so that a desk with far too many, after
`memory.max_closed` was lowered, gets down to it; few, so that no task pays for all of them."""


def to_evict(desk: Desk, most: int, now: float) -> Iterator[TaskState]:
    """Yield closed tasks to forget while the desk remembers more than `most`, a few at a time."""
    return islice(desk.first_closed(most, now), EVICTED_PER_CLOSED)
