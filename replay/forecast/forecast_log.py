"""Forecast the operations of our own log, and plan capacity, labelers and money."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from bandit.errors import CannotAnswer
from replay.forecast.advice import advice
from replay.forecast.forecast_money import forecast_money
from replay.forecast.forecast_pool import capacity_of, plan_pool, rate_of
from replay.forecast.plan.demand import unlimited
from replay.forecast.plan.totals import total_of
from replay.forecast.projection.projection import longest_horizon, project, too_long
from replay.forecast.report import ForecastOf, ForecastReport
from replay.forecast.sources.log_series import (
    ACCURACY,
    AGREEMENT,
    FEWEST_AUDITS,
    log_grid,
    log_series,
)
from replay.forecast.wishes import HORIZON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.forecast.projection.projection import Projection
    from replay.forecast.report import PoolPlan
    from replay.forecast.series.series import Per, Series
    from replay.forecast.sources.log_events import LogEvents
    from replay.forecast.sources.log_series import LogSeries
    from replay.forecast.wishes import Wishes

MOST_PROJECTS = 5
"""Projects with forecasts of their own, the largest first; --project forecasts any other."""

FEWEST_KNOWN = 0.5
"""Share of steps that must have a value: a mean of nothing can't be forecast."""

SUMMED = ("arrivals", "spend", "asks", "labels")
"""Kinds of which a sum over the horizon makes sense."""


def forecast_events(
    events: LogEvents,
    source: str,
    per: Per,
    wishes: Wishes,
    tell: Callable[[int], None] | None = None,
) -> ForecastReport:
    """Forecast each series of a log.

    Raises
    ------
    CannotAnswer
        If the log is too short, or for the horizon.
    BadValue
        If a wish names a pool that the log doesn't have.
    """
    wishes.check_pools(ask.pool for ask in events.asks)
    grid = log_grid(events, per)
    found = log_series(events, grid, events.projects[:MOST_PROJECTS])
    horizon = horizon_of(found[0].series, wishes)
    made: list[tuple[LogSeries, Projection]] = []
    for each in found:
        if _is_known(each.series):
            made.append((each, project(each.series, horizon, wishes.level)))
        if tell is not None:
            tell(1)
    notes = [*events.notes, *_notes(events, per)]
    if grid.left_out:
        notes.append(f"{grid.left_out:,} {per}s without any task are left out as breaks")
    pools: tuple[PoolPlan, ...] = ()
    if per == "hour":
        pools = tuple(_pools(events, found, made, horizon, wishes))
    money = forecast_money(events, wishes)
    report = ForecastReport(
        source=source,
        per=per,
        begin_at=found[0].series.start,
        start_at=found[0].series.end,
        horizon=horizon,
        level=wishes.level,
        surge=wishes.surge,
        service_share=wishes.service.share,
        most_wait_s=wishes.service.most_wait_s,
        actions=(),
        forecasts=tuple(_forecast_of(each, projected) for each, projected in made),
        pools=pools,
        month=money.month,
        budgets=money.budgets,
        notes=(*notes, *_quality_notes(made), *money.notes),
    )
    return with_advice(report)


def with_advice(report: ForecastReport) -> ForecastReport:
    """Add what to do."""
    return msgspec.structs.replace(report, actions=advice(report))


def horizon_of(series: Series, wishes: Wishes) -> int:
    """Return the steps ahead: those wished for, else the usual, or as many as history allows.

    Raises
    ------
    CannotAnswer
        If the series is too short for any, or for those wished for.
    """
    steps = len(series.values)
    most = longest_horizon(steps)
    horizon = wishes.horizon or min(HORIZON[series.per], most)
    if not 1 <= horizon <= most:
        raise CannotAnswer(too_long(series, horizon, steps))
    return horizon


def _is_known(series: Series) -> bool:
    known = ~np.isnan(series.values)
    return bool(known.mean() >= FEWEST_KNOWN and known[-1 - len(known) // 3 :].any())


def _forecast_of(each: LogSeries, made: Projection) -> ForecastOf:
    return ForecastOf(
        kind=each.kind,
        project=each.project,
        pool=each.pool,
        total=total_of(made) if each.kind in SUMMED else None,
        forecast=made.forecast,
    )


def _pools(
    events: LogEvents,
    found: Sequence[LogSeries],
    made: Sequence[tuple[LogSeries, Projection]],
    horizon: int,
    wishes: Wishes,
) -> Iterator[PoolPlan]:
    arrived = found[0].series.values
    for each, asked in made:
        pool = each.pool
        if each.kind != "asks" or pool is None:
            continue
        asks = [ask for ask in events.asks if ask.pool == pool]
        capacity = capacity_of(events, pool, wishes)
        demand = unlimited(each.series.values, arrived, capacity)
        if not np.array_equal(demand, each.series.values):
            asked = project(replace(each.series, values=demand), horizon, wishes.level)  # noqa: PLW2901
        yield plan_pool(pool, asked, capacity, rate_of(pool, asks, each.series.end, wishes), wishes)


def _quality_notes(made: Sequence[tuple[LogSeries, Projection]]) -> Iterator[str]:
    """Say what the quality of answers is, by the names that it has in this forecast."""
    kinds = {each.kind for each, _ in made}
    if ACCURACY in kinds:
        yield "accuracy is the mean confidence of the answers, corrected by audits"
    if AGREEMENT in kinds:
        yield (
            "agreement is the mean confidence of the answers; accuracy is unknown with fewer than"
            f" {FEWEST_AUDITS} audits"
        )


def _notes(events: LogEvents, per: Per) -> Iterator[str]:
    if len(events.projects) > MOST_PROJECTS:
        yield (
            f"{len(events.projects)} projects: the {MOST_PROJECTS} largest have forecasts of their "
            "own (--project NAME for another)"
        )
    if per == "day":
        yield "labelers and capacity are planned by hour: --per hour"
    elif not events.pools:
        yield "capacity of pools is not in an archive: --capacity POOL=LABELS shows shortages"
