"""What is to come: tasks, spend, labelers needed, the month's end and ends of budgets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from bandit.errors import CannotAnswer
from replay.forecast.brief_forecast import BriefForecast, brief_forecast
from replay.forecast.wishes import Wishes
from replay.labeling_report.figures.timeline import DAY_S, HOUR_S, REAL_FROM, name_of
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.forecast.plan.spending import BudgetEnd
    from replay.forecast.report import PoolPlan
    from replay.forecast.sources.log_events import LogEvents

PAST = {"hour": 24, "day": 14}
"""Most steps of the past that are shown before the forecast."""
DATED_DAYS = 3.0
"""Days from which on a budget's end is a date, without the hour."""


class OutlookStep(msgspec.Struct, frozen=True, kw_only=True):
    """An hour or a day; what has been has no interval. `name` is its begin for people."""

    name: str
    begin_at: float
    forecast: bool
    tasks: float
    tasks_low: float | None
    tasks_high: float | None
    usd: float
    usd_low: float | None
    usd_high: float | None


class PoolOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """Labelers that a pool needs in its peak hour, `peak`, by what one labeler does in an hour.

    `most_active` is how many were active in the busiest hour of the last week. `short_hours` are
    those in which the pool's capacity is too small, `None` where that isn't known.
    """

    pool: str
    peak: str | None
    peak_at: float | None
    labelers: int | None
    labelers_after_surge: int | None
    labeler_hours: int | None
    labels_per_labeler_hour: float | None
    most_active: int | None
    short_hours: int | None


class MonthOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """Spend of the calendar month (UTC), so far and at its end."""

    month: str
    so_far_usd: float
    at_end: Amount


class BudgetOutlook(msgspec.Struct, frozen=True, kw_only=True):
    """When what is left of a project's budget runs out: days from the end of the log, and when.

    All are `None` where it outlasts the forecast, which goes `seen_days` ahead. With `is_used_up`,
    less is left than the cheapest label of the project cost.
    """

    project: str | None
    left_usd: float
    days: float | None
    days_low: float | None
    days_high: float | None
    when: str | None
    seen_days: float
    is_used_up: bool = False


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The forecast of a log; `refused` says why there is none, and all else is empty then.

    Attributes
    ----------
    per, horizon, begins
        Length of a step, steps ahead, and the begin of the first for people; `None` in simulated
        time.
    level
        Share of values that each interval is to hold.
    tasks, usd
        Sums over the horizon.
    held
        Share of the past's values that their interval held; `None` in short logs.
    staffed_hours, service_share, most_wait_s, surge
        Hours ahead that labelers are planned for, the wished service level, and the growth of
        demand in the surge.
    unplanned
        Pools without a plan, because the log is long and others are asked more.
    """

    refused: str | None
    per: str = "hour"
    horizon: int = 0
    begins: str | None = None
    level: float = 0.0
    tasks: Amount | None = None
    usd: Amount | None = None
    held: float | None = None
    steps: tuple[OutlookStep, ...] = ()
    staffed_hours: int = 0
    service_share: float = 0.0
    most_wait_s: float = 0.0
    surge: float = 0.0
    pools: tuple[PoolOutlook, ...] = ()
    unplanned: int = 0
    month: MonthOutlook | None = None
    budgets: tuple[BudgetOutlook, ...] = ()


def outlook(events: LogEvents, begin: float) -> Outlook:
    """Forecast a log; `begin` is from when hours are counted where times are simulated."""
    wishes = Wishes()
    try:
        found = brief_forecast(events, wishes)
    except CannotAnswer as error:
        return Outlook(refused=str(error))
    ahead = found.arrivals.forecast
    plans = [plan.staffing for plan in found.pools if plan.staffing is not None]
    month = found.money.month
    real = ahead.start_at >= REAL_FROM
    return Outlook(
        refused=None,
        per=ahead.per,
        horizon=len(ahead.values),
        begins=name_of(ahead.start_at, found.arrived.step_s, begin) if real else None,
        level=ahead.level,
        tasks=found.arrivals.total,
        usd=found.spend.total,
        held=ahead.coverage,
        steps=tuple(_steps(found, begin)),
        staffed_hours=len(plans[0].hours) if plans else 0,
        service_share=wishes.service.share,
        most_wait_s=wishes.service.most_wait_s,
        surge=wishes.surge,
        pools=tuple(_pool(plan, begin) for plan in found.pools),
        unplanned=found.unplanned,
        month=None
        if month is None or not real
        else MonthOutlook(
            month=f"{datetime.strptime(month.month, '%Y-%m').replace(tzinfo=UTC):%B %Y}",
            so_far_usd=month.so_far_usd,
            at_end=month.at_end,
        ),
        budgets=tuple(_budget(end, ahead.start_at, begin) for end in found.money.budgets),
    )


def _steps(found: BriefForecast, begin: float) -> Iterator[OutlookStep]:
    tasks, usd, step_s = found.arrivals.forecast, found.spend.forecast, found.arrived.step_s
    before = min(PAST[tasks.per], len(tasks.values))
    for back in range(before, 0, -1):
        at = found.arrived.end - step_s * back
        yield OutlookStep(
            name=name_of(at, step_s, begin),
            begin_at=at,
            forecast=False,
            tasks=float(found.arrived.values[-back]),
            tasks_low=None,
            tasks_high=None,
            usd=float(found.spent.values[-back]),
            usd_low=None,
            usd_high=None,
        )
    for step in range(len(tasks.values)):
        at = tasks.start_at + step_s * step
        yield OutlookStep(
            name=name_of(at, step_s, begin),
            begin_at=at,
            forecast=True,
            tasks=tasks.values[step],
            tasks_low=tasks.low[step],
            tasks_high=tasks.high[step],
            usd=usd.values[step],
            usd_low=usd.low[step],
            usd_high=usd.high[step],
        )


def _pool(plan: PoolPlan, begin: float) -> PoolOutlook:
    short = None if plan.shortage is None else len(plan.shortage.hours)
    staffing = plan.staffing
    hours = () if staffing is None else staffing.hours
    peak = staffing.peak if staffing is not None and staffing.hours else None
    busy = peak is not None and peak.labelers > 0
    return PoolOutlook(
        pool=plan.pool,
        peak=name_of(peak.at, HOUR_S, begin) if peak is not None and busy else None,
        peak_at=None if peak is None else peak.at,
        labelers=None if peak is None else peak.labelers,
        labelers_after_surge=max((hour.labelers_after_surge for hour in hours), default=None),
        labeler_hours=sum(hour.labelers for hour in hours) if hours else None,
        labels_per_labeler_hour=None if staffing is None else staffing.labels_per_labeler_hour,
        most_active=None if staffing is None else staffing.most_active,
        short_hours=short,
    )


def _budget(end: BudgetEnd, now: float, begin: float) -> BudgetOutlook:
    expected, earliest, latest = (
        None if at is None else (at - now) / DAY_S
        for at in (end.expected_at, end.earliest_at, end.latest_at)
    )
    step_s = DAY_S if expected is not None and expected >= DATED_DAYS else HOUR_S
    return BudgetOutlook(
        project=end.project,
        left_usd=end.budget_usd,
        days=expected,
        days_low=earliest,
        days_high=latest,
        when=None
        if end.expected_at is None
        else f"{'after' if now < REAL_FROM else 'on'} {name_of(end.expected_at, step_s, begin)}",
        seen_days=(end.seen_until - now) / DAY_S,
        is_used_up=end.is_used_up,
    )
