"""What the month will cost, and when budgets run out, from the spend of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from replay.forecast.plan.smoothed_paths import smoothed_paths
from replay.forecast.plan.spending import (
    BudgetEnd,
    MonthEnd,
    budget_end,
    month_begin,
    month_end,
    spend_at_month_end,
)
from replay.forecast.series.series import FEWEST_STEPS, recent
from replay.forecast.sources.log_series import log_grid, spend_series

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from replay.forecast.series.series import Per
    from replay.forecast.sources.log_events import AskedLabel, LogEvents
    from replay.forecast.wishes import Wishes


class Money(NamedTuple):
    """The end of the month, ends of budgets, and why something is missing."""

    month: MonthEnd | None
    budgets: tuple[BudgetEnd, ...]
    notes: tuple[str, ...]


class _Spend(NamedTuple):
    """Paths of spend from `now` on, as long as the history is: no further than it reaches back."""

    now: float
    step_s: float
    paths: NDArray[np.float64]


def forecast_money(events: LogEvents, wishes: Wishes) -> Money:
    """Forecast the spend of a log, by day where its days suffice, else by hour."""
    spend = _spend(events, events.asks)
    if spend is None:
        return Money(None, (), ("too little spend to forecast the month or a budget",))
    notes: tuple[str, ...] = ()
    steps = round((month_end(spend.now) - spend.now) / spend.step_s)
    month = None
    if steps <= spend.paths.shape[1]:
        begin = month_begin(spend.now)
        so_far = sum(a.usd for a in events.asks if begin <= (a.closed_at or -1.0) < spend.now)
        month = spend_at_month_end(
            spend.paths[:, :steps], spend.now, so_far, wishes.surge, wishes.level
        )
    else:
        notes += (
            "the month ends further ahead than the log reaches back: its spend isn't forecast",
        )
    budgets = []
    if wishes.budget_usd is not None:
        budgets.append(
            budget_end(
                spend.paths, spend.now, spend.step_s, wishes.budget_usd, wishes.surge,
                level=wishes.level,
            )
        )  # fmt: skip
    for project_name, control in sorted(events.controls.items()):
        asks = [ask for ask in events.asks if ask.project == project_name]
        if control.usd_total is None or not asks:
            continue
        own = _spend(events, asks)
        if own is not None:
            left = max(0.0, control.usd_total - sum(ask.usd for ask in asks))
            end = budget_end(
                own.paths, own.now, own.step_s, left, wishes.surge, project_name, wishes.level
            )
            cheapest = min(ask.usd for ask in asks if ask.usd)
            budgets.append(msgspec.structs.replace(end, is_used_up=left < cheapest))
    return Money(month, tuple(budgets), notes)


def _spend(events: LogEvents, asks: Sequence[AskedLabel]) -> _Spend | None:
    for per in PERS:
        series = recent(spend_series(log_grid(events, per), asks))
        if len(series.values) >= FEWEST_STEPS and series.values.any():
            steps = min(len(series.values), MOST_STEPS[per])
            return _Spend(series.end, series.step_s, smoothed_paths(series, steps))
    return None


PERS: tuple[Per, ...] = ("day", "hour")
"""Days where there are enough of them, for money is planned by the day."""

MOST_STEPS: dict[Per, int] = {"day": 400, "hour": 60 * 24}
"""Most steps of a path: what lies beyond is no forecast."""
