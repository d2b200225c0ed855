"""Periods of budgets: an hour, a UTC day, and all of a project's time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from bandit.days import DAY_S

if TYPE_CHECKING:
    from bandit.events import Control
    from bandit.task.state import DeskState

HOUR_S = 3600.0

Period = Literal["hour", "day", "total"]
PERIODS: tuple[Period, ...] = ("hour", "day", "total")
LENGTH_S: dict[Period, float] = {"hour": HOUR_S, "day": DAY_S, "total": math.inf}


class Caps(NamedTuple):
    """Budgets of a project in dollars: for an hour, for a UTC day, and in all.

    Examples
    --------
    >>> Caps(day=5.0).given()
    {'day': 5.0}
    """

    hour: float | None = None
    day: float | None = None
    total: float | None = None

    def given(self) -> dict[Period, float]:
        """Return the budgets that there are, by period."""
        return {period: usd for period, usd in zip(PERIODS, self, strict=True) if usd is not None}


NO_CAPS = Caps()


def caps_of(control: Control) -> Caps:
    """Return the budgets that a control sets."""
    return Caps(control.usd_per_hour, control.usd_per_day, control.usd_total)


def number_of(period: Period, at: float) -> int:
    """Return which hour or day from the epoch a time is in; 0 for all of the time.

    Examples
    --------
    >>> number_of("hour", 7200.0), number_of("day", 90_000.0), number_of("total", 90_000.0)
    (2, 1, 0)
    """
    length_s = LENGTH_S[period]
    return 0 if math.isinf(length_s) else math.floor(at / length_s)


def left_s(period: Period, at: float) -> float:
    """Return the time until the period ends, in seconds."""
    length_s = LENGTH_S[period]
    return length_s if math.isinf(length_s) else length_s - at % length_s


def used(state: DeskState, period: Period) -> dict[str, tuple[int, float]]:
    """Return what a desk's asks have cost, by project: number of the period, and dollars in it."""
    if period == "day":
        return state.used_usd
    return state.used_hour_usd if period == "hour" else state.used_total_usd
