"""Dead letters of gold and predictions that waited for their task, each with its own event.

What arrives when one is given up is its task, or a tick. So the letter has the event that was held,
encoded as it may be fed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.events import DeadLetter, Gold

if TYPE_CHECKING:
    from bandit.errors import EventError
    from bandit.events import Prediction

_encode = msgspec.json.Encoder().encode


def not_fitting(event: Gold | Prediction, error: EventError, now: float | None) -> DeadLetter:
    """Return the letter of what was held for a task that it doesn't fit."""
    return _letter(event, error.rule, str(error), now)


def without_task(event: Gold | Prediction, waited_s: float, at: float) -> DeadLetter:
    """Return the letter of what was held for a task that didn't come in time.

    Examples
    --------
    >>> letter = without_task(Gold(task="t1", answer="cat", at=1.0), 60.0, at=61.0)
    >>> letter.message
    "gold of task 't1': no such task came within 60 s"
    >>> letter.original
    b'{"type":"Gold","task":"t1","answer":"cat","at":1.0,"source":"expert","v":1}'
    """
    is_gold = isinstance(event, Gold)
    what = "gold of" if is_gold else f"prediction of {event.source!r} for"
    message = f"{what} task {event.task!r}: no such task came within {waited_s:g} s"
    return _letter(event, "unknown_task", message, at)


def _letter(event: Gold | Prediction, rule: str, message: str, at: float | None) -> DeadLetter:
    key, original = event.task.encode(), _encode(event)
    return DeadLetter(rule=rule, message=message, at=at, key=key, original=original)
