"""Ticks: which are believed, how much work one of them does, and what the engine answers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.errors import TickNotBelieved
from bandit.events import Ask
from bandit.reasons import TickDoubt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Output, Tick
    from bandit.settings import ClockSettings
    from bandit.task.state import DeskState, TaskState

MOST_STEPS = 1000
"""Most steps of one tick: asks that expire, tasks that are decided on. Each may give a reward, a
decision and an ask, some 4 KB, and the output of a tick is one transaction, which can't be split:
4 MB, half of what a batch of the worker may hold."""

MOST_BYTES = 1024 * 1024
"""Most bytes of tasks that one tick decides on: a payload is written in the ask and on the desk."""

_encode = msgspec.json.Encoder().encode


class TickAnswer(NamedTuple):
    """What the engine makes of a tick: its outputs, and whether it moved the time.

    `doubt` says why a well-formed tick was not believed, and `message` in a sentence; a tick that
    breaks another rule has neither.
    """

    outputs: list[Output]
    is_believed: bool
    doubt: TickDoubt | None = None
    message: str = ""


class TickQuota:
    """How much work one tick may still do; the same for a restored desk, and in any batch.

    Examples
    --------
    >>> quota = TickQuota()
    >>> quota.spend()
    >>> quota.is_used_up
    False
    """

    def __init__(self) -> None:
        self._steps = MOST_STEPS
        self._bytes = MOST_BYTES

    @property
    def is_used_up(self) -> bool:
        """Whether the rest is left to the next ticks."""
        return self._steps <= 0 or self._bytes <= 0

    def spend(self, state: TaskState | None = None, out: Sequence[Output] = ()) -> None:
        """Count what was done about a task: each of its asks is a step, and has its payload."""
        steps = max(1, sum(isinstance(output, Ask) for output in out))
        self._steps -= steps
        if state is not None:
            self._bytes -= steps * len(_encode(state.task))


def check_skew(tick: Tick, clock: ClockSettings, logged_at: float | None) -> bool:
    """Compare a tick with the time at which the log took it; `False` if that isn't known.

    Raises
    ------
    TickNotBelieved
        If they differ by more than `clock.max_skew_s`.
    """
    if logged_at is None or math.isinf(clock.max_skew_s):
        return False
    skew_s = tick.at - logged_at
    if abs(skew_s) > clock.max_skew_s:
        side = "ahead of" if skew_s > 0 else "behind"
        msg = f"tick {tick.at}: {abs(skew_s):.0f} s {side} the broker's clock when it was written"
        raise TickNotBelieved(TickDoubt.SKEW, msg)
    return True


def believe(state: DeskState, tick: Tick, clock: ClockSettings, logged_at: float | None) -> None:
    """Set the time, unless `tick` goes back or jumps further than one tick alone may.

    A jump is believed if the log's own clock agrees, or after enough ticks in a row.

    Raises
    ------
    TickNotBelieved
        If the time isn't set.
    """
    is_confirmed = check_skew(tick, clock, logged_at)
    if state.now is not None and tick.at < state.now:
        msg = f"tick {tick.at}: before the tick {state.now}; the clock went back"
        raise TickNotBelieved(TickDoubt.BACK, msg)
    if not is_confirmed and state.now is not None and tick.at > state.now + clock.max_jump_s:
        agrees = state.ahead_at is not None and tick.at >= state.ahead_at
        state.ahead_ticks = state.ahead_ticks + 1 if agrees else 1
        state.ahead_at = tick.at
        if state.ahead_ticks < clock.confirmations:
            msg = f"tick {tick.at}: more than {clock.max_jump_s:g} s after {state.now}"
            raise TickNotBelieved(TickDoubt.AHEAD, msg)
    state.now, state.ahead_at, state.ahead_ticks = tick.at, None, 0
