"""Ticks: which are believed, and how much one of them does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import EventError

if TYPE_CHECKING:
    from bandit.events import Tick
    from bandit.settings import ClockSettings
    from bandit.task.state import DeskState, TaskState

AT_ONCE = 1000
"""Most that one tick does: asks that expire, tasks that go on. Each may give a reward, a decision
and an ask, some 4 KB, and all of a tick stand in one transaction, which can't be split."""

AT_ONCE_BYTES = 1024 * 1024
"""Most bytes of tasks that one tick goes on with: a payload stands in the ask and on the desk."""

_encode = msgspec.json.Encoder().encode


class TickQuota:
    """What one tick may still do; the same for a desk that was restored, and in any batch.

    Examples
    --------
    >>> left = TickQuota()
    >>> left.spend()
    >>> left.over
    False
    """

    def __init__(self) -> None:
        self._things = AT_ONCE
        self._bytes = AT_ONCE_BYTES

    @property
    def over(self) -> bool:
        """Whether the rest is for the next ticks."""
        return self._things <= 0 or self._bytes <= 0

    def spend(self, state: TaskState | None = None) -> None:
        """Count one thing more, and the task that it went on with."""
        self._things -= 1
        if state is not None:
            self._bytes -= len(_encode(state.task))


def check_skew(tick: Tick, clock: ClockSettings, logged_at: float | None) -> bool:
    """Compare a tick with the time at which the log took it; whether the log says that time.

    Raises
    ------
    EventError
        If they differ by more than clocks may.
    """
    if logged_at is None or math.isinf(clock.max_skew_s):
        return False
    skew_s = tick.at - logged_at
    if abs(skew_s) > clock.max_skew_s:
        way = "ahead of" if skew_s > 0 else "behind"
        msg = f"tick {tick.at}: {abs(skew_s):.0f} s {way} the broker's clock when it was written"
        raise EventError("tick_skew", msg)
    return True


def believe(state: DeskState, tick: Tick, clock: ClockSettings, logged_at: float | None) -> None:
    """Move the time, unless `tick` goes back or is too far ahead to be believed alone.

    One that agrees with the log's own clock is not alone.

    Raises
    ------
    EventError
        If the tick is refused.
    """
    vouched = check_skew(tick, clock, logged_at)
    if state.now is not None and tick.at < state.now:
        msg = f"tick {tick.at}: before the tick {state.now}; the clock went back"
        raise EventError("tick_back", msg)
    if not vouched and state.now is not None and tick.at > state.now + clock.max_jump_s:
        agrees = state.ahead_at is not None and tick.at >= state.ahead_at
        state.ahead_ticks = state.ahead_ticks + 1 if agrees else 1
        state.ahead_at = tick.at
        if state.ahead_ticks < clock.confirmations:
            msg = f"tick {tick.at}: more than {clock.max_jump_s:g} s after {state.now}"
            raise EventError("tick_ahead", msg)
    state.now, state.ahead_at, state.ahead_ticks = tick.at, None, 0
