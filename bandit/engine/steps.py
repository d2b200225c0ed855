"""The steps that a task may take next, and the plan of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum, auto

import msgspec

from bandit.decide.contexts import LoggedContext
from bandit.engine.deferral import Better
from bandit.events import Pool
from bandit.reasons import StopReason


class Step(Enum):
    """What comes next for a task.

    `DRAW` draws from the chances; `DRAW_STOP` too, but without room only stopping can follow, and
    else the task waits. `STOP` is forced. `DEFER` waits for a better pool than could be asked now,
    the others where none can be: for a label that was asked for, for room, for a pool, or for
    another control or budget period.
    """

    DRAW = auto()
    DRAW_STOP = auto()
    STOP = auto()
    DEFER = auto()
    WAIT_LABEL = auto()
    WAIT_ROOM = auto()
    WAIT_POOL = auto()
    WAIT_CONTROL = auto()


class Plan(msgspec.Struct, frozen=True, gc=False):
    """The next step of a task, the chances of its options, and why it must stop, if it must.

    `able` are the pools that may be asked once they have room, `affordable` those that the budget
    covers, pools that have declined among both; a forced stop needs neither. `better` is what a
    deferred task waits for.
    """

    step: Step
    pmf: Mapping[str, float] = {}
    logged: LoggedContext | None = None
    reason: StopReason | None = None
    able: Sequence[Pool] = ()
    affordable: Sequence[Pool] = ()
    better: Better | None = None
