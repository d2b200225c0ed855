"""Forecast any table of timestamps, and plan the labelers for what it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.errors import CannotAnswer
from replay.forecast.forecast_log import horizon_of, with_advice
from replay.forecast.forecast_pool import plan_pool
from replay.forecast.plan.labeler_rates import LabelerRate
from replay.forecast.plan.totals import total_of
from replay.forecast.projection.projection import project
from replay.forecast.report import ForecastOf, ForecastReport
from replay.forecast.series.steps import grid_of

if TYPE_CHECKING:
    from replay.forecast.report import PoolPlan
    from replay.forecast.series.series import Per
    from replay.forecast.sources.table import EventTable
    from replay.forecast.wishes import Wishes

MOST_EMPTY = 0.5
"""Share of steps without a value beyond which a mean can't be forecast."""

EVERYTHING = "all"
"""Stands for the one pool that does all the work of a table."""


def forecast_moments(
    table: EventTable, source: str, per: Per | None, wishes: Wishes
) -> ForecastReport:
    """Forecast the rows of a table by hour or day, or the sum or mean of their amounts.

    Parameters
    ----------
    per
        Length of a step; by default days where all timestamps are dates, else hours.

    Raises
    ------
    CannotAnswer
        If the table is too short, or for the horizon; or if dates are to be counted by hour.
    BadValue
        If a wish names a pool: a table has none.
    """
    wishes.check_pools(())
    if table.are_dates and per == "hour":
        raise CannotAnswer(f"{source}: timestamps are dates without a time of day: --per day")
    step: Per = per or ("day" if table.are_dates else "hour")
    grid = grid_of(table.times, step, whole=table.are_dates)
    counted = table.amounts is None
    if table.averaged and table.amounts is not None:
        values = grid.means(table.times, table.amounts)
    else:
        values = grid.sums(table.times, table.amounts)
    series = grid.series(table.name, "events", values)
    horizon = horizon_of(series, wishes)
    if np.isnan(series.values).mean() > MOST_EMPTY:
        raise CannotAnswer(
            f"{source}: more than half of the {step}s have no value to average"
            + ("; try --per day" if step == "hour" else "")
        )
    made = project(series, horizon, wishes.level)
    rate = wishes.rate_of(EVERYTHING)
    notes = list(table.notes)
    if grid.left_out:
        notes.append(f"{grid.left_out:,} {step}s without any row are left out as breaks")
    pools: tuple[PoolPlan, ...] = ()
    if rate is not None and step == "hour" and counted:
        given = LabelerRate(rate, "given by --rate", None)
        pools = (plan_pool(EVERYTHING, made, None, given, wishes),)
    total = None if table.averaged else total_of(made)
    return with_advice(
        ForecastReport(
            source=source,
            per=step,
            begin_at=series.start,
            start_at=series.end,
            horizon=len(made.forecast.values),
            level=wishes.level,
            surge=wishes.surge,
            service_share=wishes.service.share,
            most_wait_s=wishes.service.most_wait_s,
            actions=(),
            forecasts=(
                ForecastOf(
                    kind="events", project=None, pool=None, total=total, forecast=made.forecast
                ),
            ),
            pools=pools,
            month=None,
            budgets=(),
            notes=tuple(notes),
        )
    )
