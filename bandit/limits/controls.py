"""Controls of projects, and the situation in which one stops a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.events import Control
from bandit.task.periods import caps_of, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.events import Pool

NOTHING = Control(at=0.0)
"""The control of a project that has none."""


def in_force(controls: Mapping[str, Control], project: str) -> Control:
    """Return the control of `project`.

    Examples
    --------
    >>> in_force({}, "p").paused
    False
    """
    return controls.get(project, NOTHING)


def is_open(pool: Pool) -> bool:
    """Whether a pool takes any asks: one with a capacity of 0 doesn't.

    Examples
    --------
    >>> from bandit.events import Pool
    >>> is_open(Pool(pool="a", at=0.0, usd_per_label=0.05, capacity_per_hour=0.0))
    False
    """
    return pool.open and pool.capacity_per_hour != 0.0


def situation(control: Control, pools: Mapping[str, Pool], now: float) -> str:
    """Return as a text everything by which `control` can stop a task now.

    A task that it stops waits until this text changes, so halted tasks cost nothing until there is
    a reason to decide again. A budget in all has no next period, so a new day is one: asks that
    ended without a label may have given their price back.

    Examples
    --------
    >>> situation(Control(at=0.0, project="p", pool="a", usd_per_day=5.0), {}, 90_000.0)
    'pin:a shut, cap:5.0 on day 1'
    """
    if control.paused:
        return "paused"
    words = []
    if control.pool is not None:
        words.append(f"pin:{control.pool} {_takes(pools.get(control.pool))}")
    for period, usd in caps_of(control).given().items():
        begins = "day" if period == "total" else period
        words.append(f"cap:{usd} on {period} {number_of(begins, now)}")
    return ", ".join(words)


def _takes(pool: Pool | None) -> str:
    """Return whether a pinned pool takes asks, and its skills."""
    if pool is None or pool.gold or not is_open(pool):
        return "shut"
    return " ".join(("open", *sorted(pool.skills)))
