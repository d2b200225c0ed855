"""A short forecast for a report: tasks, spend, the month, budgets, and labelers where it is cheap.

Days are forecast where they show the week, else hours, which show the day. That keeps the time
bounded, too: hours are forecast in logs of three weeks at most. Labelers are planned by the hour,
so where the log is long only the pools that are asked most get a plan.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import CannotAnswer
from replay.forecast.forecast_log import horizon_of
from replay.forecast.forecast_money import forecast_money
from replay.forecast.forecast_pool import capacity_of, plan_pool, rate_of
from replay.forecast.plan.demand import unlimited
from replay.forecast.plan.totals import total_of
from replay.forecast.projection.projection import project
from replay.forecast.report import ForecastOf
from replay.forecast.series.series import WINDOW, seasons_of
from replay.forecast.sources.log_series import arrival_series, asks_series, log_grid, spend_series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.forecast.forecast_money import Money
    from replay.forecast.projection.projection import Projection
    from replay.forecast.report import PoolPlan
    from replay.forecast.series.series import Series
    from replay.forecast.series.steps import Grid
    from replay.forecast.sources.log_events import LogEvents
    from replay.forecast.wishes import Wishes

MOST_HOURS = WINDOW["hour"]
"""Hours of history that pools' plans are made from, all pools together; one pool has a plan always.
"""


class BriefForecast(NamedTuple):
    """Forecasts of arrivals and spend with what they were before, and what follows from them."""

    arrived: Series
    spent: Series
    arrivals: ForecastOf
    spend: ForecastOf
    pools: tuple[PoolPlan, ...]
    unplanned: int
    money: Money


def brief_forecast(events: LogEvents, wishes: Wishes) -> BriefForecast:
    """Forecast a log in little time.

    Raises
    ------
    CannotAnswer
        If the log is too short.
    """
    grid = _grid(events)
    arrived, spent = arrival_series(grid, events.tasks), spend_series(grid, events.asks)
    horizon = horizon_of(arrived, wishes)
    pools = tuple(_pools(events, wishes))
    return BriefForecast(
        arrived=arrived,
        spent=spent,
        arrivals=_of("arrivals", project(arrived, horizon, wishes.level)),
        spend=_of("spend", project(spent, horizon, wishes.level)),
        pools=pools,
        unplanned=len({ask.pool for ask in events.asks}) - len(pools),
        money=forecast_money(events, wishes),
    )


def _grid(events: LogEvents) -> Grid:
    """Return days where they show the week, else hours."""
    days = log_grid(events, "day")
    shows_week = seasons_of("day", int(days.kept.sum())) != (1,)
    return days if shows_week else log_grid(events, "hour")


def _of(kind: str, made: Projection) -> ForecastOf:
    return ForecastOf(
        kind=kind, project=None, pool=None, total=total_of(made), forecast=made.forecast
    )


def _pools(events: LogEvents, wishes: Wishes) -> Iterator[PoolPlan]:
    """Plan the pools that are asked most, the first always, as `forecast_events` plans all."""
    grid = log_grid(events, "hour")
    arrived = arrival_series(grid, events.tasks)
    try:
        horizon = horizon_of(arrived, wishes)
    except CannotAnswer:  # days may be enough where a break leaves few hours
        return
    hours = min(len(arrived.values), MOST_HOURS)
    counts = Counter(ask.pool for ask in events.asks)
    ordered = sorted(counts, key=lambda pool: (-counts[pool], pool))
    for pool in ordered[: max(1, MOST_HOURS // hours)]:
        asks = [ask for ask in events.asks if ask.pool == pool]
        series, capacity = asks_series(grid, pool, asks), capacity_of(events, pool, wishes)
        demand = unlimited(series.values, arrived.values, capacity)
        asked = project(replace(series, values=demand), horizon, wishes.level)
        yield plan_pool(pool, asked, capacity, rate_of(pool, asks, series.end, wishes), wishes)
