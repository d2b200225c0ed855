"""Controls: what an operator orders of a project, and when a task that it stopped may go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.allowance import day_of
from bandit.events import Control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Pool

NOTHING = Control(at=0.0)
"""In force where nobody has ordered anything."""


def in_force(controls: Mapping[str, Control], project: str) -> Control:
    """Return the control of `project`.

    Examples
    --------
    >>> in_force({}, "p").paused
    False
    """
    return controls.get(project, NOTHING)


def situation(control: Control, pools: Mapping[str, Pool], now: float) -> str:
    """Say in a word all by which `control` can stop a task now.

    A task that it stops waits until this word is another one: so however many wait, nobody looks
    at them before there is a reason to.

    Examples
    --------
    >>> situation(Control(at=0.0, project="p", pool="a", usd_per_day=5.0), {}, 90_000.0)
    'pin:a shut, cap:5.0 on day 1'
    """
    if control.paused:
        return "paused"
    words = []
    if control.pool is not None:
        pool = pools.get(control.pool)
        words.append(f"pin:{control.pool} {'open' if pool is not None and pool.open else 'shut'}")
    if control.usd_per_day is not None:
        words.append(f"cap:{control.usd_per_day} on day {day_of(now)}")
    return ", ".join(words)
