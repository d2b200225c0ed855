"""Resets of the clock: an operator's tick sets a desk's time back, and later times move with it.

A reset is noted on the desk as (the time before, the new time). A task's record has the number of
resets by which its times were moved; the others are applied when it is read. So a reset writes no
tasks, however many there are, and has the same effect whenever each is read next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from bandit.task.periods import number_of
from bandit.task.state import HeldGold, HeldPredictions, TaskState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.task.state import DeskState

R = TypeVar("R", bound=TaskState | HeldGold | HeldPredictions)


def reset(state: DeskState, at: float) -> bool:
    """Set the time of a desk to `at`; return whether it went back, so that tasks must move.

    Examples
    --------
    >>> from bandit.task.state import DeskState
    >>> state = DeskState(now=9e9, filled_at=9e9, used_usd={"p": (104166, 5.0)})
    >>> reset(state, 86_400.0), state.now, state.used_usd
    (True, 86400.0, {'p': (1, 5.0)})
    """
    before, state.now = state.now, at
    state.ahead_at, state.ahead_ticks = None, 0
    # Also of a desk whose own clock was right: one whose clock was wrong may have borrowed of it.
    state.used_usd = _no_later(state.used_usd, number_of("day", at))
    state.used_hour_usd = _no_later(state.used_hour_usd, number_of("hour", at))
    today = number_of("day", at)
    state.verdict_day = {name: min(day, today) for name, day in state.verdict_day.items()}
    if before is None or before <= at:
        return False
    state.resets = [*state.resets, (before, at)]
    if state.filled_at is not None:
        state.filled_at = min(state.filled_at, at)
    for pace in state.paces.values():
        pace.arrivals.reset(at)
    for hours in state.hours.values():
        hours.reset(at)
    return True


def moved(record: R, resets: Sequence[tuple[float, float]]) -> R:
    """Apply to a record's times the resets that it has not been moved by yet."""
    if record.resets == len(resets):
        return record
    if not isinstance(record, TaskState):
        since = min([record.at, *(at for _, at in resets[record.resets :])])
        return msgspec.structs.replace(record, at=since, resets=len(resets))
    for before, at in resets[record.resets :]:
        _move(record, before, at)
    record.resets = len(resets)
    return record


def _move(state: TaskState, before: float, at: float) -> None:
    """Move times after `at` back to it: an ask keeps its duration, a wait the rest of it."""
    for ask in state.asks:
        if ask.at > at:
            ask.at, ask.expires_at = at, at + (ask.expires_at - ask.at)
    if state.retry_at is not None and state.retry_at > at:
        state.retry_at = max(at, state.retry_at - (before - at))
    if state.until is not None and state.until > at:
        state.until = max(at, state.until - (before - at))
    if state.look_at is not None and state.look_at > at:
        state.look_at = max(at, state.look_at - (before - at))
    state.stranded_at = _earlier(state.stranded_at, at)
    state.closed_at = _earlier(state.closed_at, at)


def _earlier(time: float | None, at: float) -> float | None:
    return None if time is None else min(time, at)


def _no_later(used: dict[str, tuple[int, float]], number: int) -> dict[str, tuple[int, float]]:
    return {project: (min(its, number), usd) for project, (its, usd) in used.items()}
