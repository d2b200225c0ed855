"""Eviction: a desk that remembers too many closed tasks forgets the oldest, as others close."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.desk.desk import Desk
    from bandit.lifecycle.transitions import Transitions

EVICTED_PER_CLOSED = 2
"""Closed tasks forgotten for one that closes. More than 1, so that a desk with far too many, after
`memory.max_closed` was lowered, gets down to it; few, so that no task pays for all of them."""


def evict(desk: Desk, most: int, now: float, transitions: Transitions) -> None:
    """Forget closed tasks while the desk remembers more than `most`, a few at a time."""
    for state in islice(desk.first_closed(most, now), EVICTED_PER_CLOSED):
        transitions.forget(desk, state)
