"""What to do, in words: the most urgent first, each line with its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.counted import counted
from replay.forecast.words import amount, moment, percent, wait
from replay.runtime.text import dollars, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.forecast.plan.shortage import Shortage
    from replay.forecast.plan.spending import BudgetEnd
    from replay.forecast.plan.staffing import StaffingPlan
    from replay.forecast.report import ForecastOf, ForecastReport

EVERYTHING = "all"


def advice(report: ForecastReport) -> tuple[str, ...]:
    """Return the lines of `ForecastReport.actions`."""
    lines = [line for budget in report.budgets for line in _budget(budget, report.surge)]
    for pool in report.pools:
        if pool.shortage is not None:
            lines += _shortage(pool.shortage, report)
    for pool in report.pools:
        if pool.staffing is not None:
            lines += _staffing(pool.staffing, report)
    lines += _month(report)
    for each in report.forecasts:
        lines += _shift(each)
    return (*lines, *_volume(report), *_enough(report))


def _budget(budget: BudgetEnd, surge: float) -> Iterator[str]:
    of = "The budget" if budget.project is None else f"The budget of {budget.project}"
    if budget.is_used_up:
        yield (
            f"{of} is used up ({dollars(budget.budget_usd)} left): only free pools are asked. "
            "Raise it to buy labels again."
        )
        return
    left = f"{of} ({dollars(budget.budget_usd)} left)"
    if budget.expected_at is None:
        yield f"{left} outlasts the forecast, which ends {moment(budget.seen_until, 'day')}."
        return
    earliest, latest = (
        moment(at, "day") if at is not None else f"after {moment(budget.seen_until, 'day')}"
        for at in (budget.earliest_at, budget.latest_at)
    )
    between = f"{earliest} to {latest}" if latest != earliest else "the same day"
    surged = ""
    if budget.after_surge_at is not None:
        surged = f"; with {percent(surge)} more tasks: {moment(budget.after_surge_at, 'day')}"
    yield (
        f"{left} runs out on {moment(budget.expected_at, 'day')} "
        f"({percent(budget.level)} interval: {between}{surged}). "
        "Raise it, or lower the cost per task, before then."
    )


def _shortage(short: Shortage, report: ForecastReport) -> Iterator[str]:
    at_capacity = f"at {amount(short.labels_per_hour, 'labels')} labels an hour"
    surged = f"in {counted(short.after_surge, 'hour')} with {percent(report.surge)} more tasks"
    if not short.hours:
        if short.after_surge or short.at_risk:
            yield (
                f"Pool {short.pool} has just enough capacity ({at_capacity}): "
                f"{short.at_risk} of {report.horizon} hours at risk; short {surged}."
            )
        return
    worst = max(short.hours, key=lambda hour: hour.labels)
    yield (
        f"Pool {short.pool} is too small in {len(short.hours)} of {report.horizon} hours "
        f"({at_capacity}), first {moment(short.hours[0].at)}. Worst {moment(worst.at)}: "
        f"{amount(worst.labels, 'labels')} labels short, up to "
        f"{amount(worst.labels_high, 'labels')}; too small {surged}. "
        "Add capacity, or open another pool."
    )


def _enough(report: ForecastReport) -> Iterator[str]:
    shortages = [pool.shortage for pool in report.pools if pool.shortage is not None]
    names = [
        short.pool for short in shortages if not (short.hours or short.after_surge or short.at_risk)
    ]
    if names:
        pools = f"Pool {names[0]} has" if len(names) == 1 else f"Pools {listed(names)} have"
        yield f"{pools} enough capacity, also with {percent(report.surge)} more tasks."


def _staffing(plan: StaffingPlan, report: ForecastReport) -> Iterator[str]:
    peak = plan.peak
    if peak.labelers == 0:
        return
    least = min(hour.labelers for hour in plan.hours)
    surged = max(hour.labelers_after_surge for hour in plan.hours)
    of = "Staff" if plan.pool == EVERYTHING else f"Staff pool {plan.pool} with"
    more = f"{surged} at the peak with {percent(report.surge)} more tasks."
    active = ""
    if plan.most_active is not None:
        active = f" Active in the last week: at most {plan.most_active} in an hour."
    hours = sum(hour.labelers for hour in plan.hours)
    if least == peak.labelers:
        yield f"{of} {counted(least, 'labeler')} in every hour; {more}{active}"
        return
    yield (
        f"{of} {counted(peak.labelers, 'labeler')} at the peak ({moment(peak.at)}), {least} in the "
        f"quietest hour, {counted(hours, 'labeler-hour')} in {report.horizon} hours; {more}{active}"
    )


def _month(report: ForecastReport) -> Iterator[str]:
    month = report.month
    if month is not None:
        end = month.at_end
        yield (
            f"{month.month} will cost {dollars(end.value)} ({percent(month.level)} interval: "
            f"{dollars(end.low)} to {dollars(end.high)}), {dollars(month.so_far_usd)} of it spent; "
            f"{dollars(month.after_surge_usd)} with {percent(report.surge)} more tasks from now on."
        )


def _shift(each: ForecastOf) -> Iterator[str]:
    forecast, shift = each.forecast, each.forecast.shift
    if shift is None or each.kind == "labels" or each.project is not None:
        return
    way = "rose" if shift.after > shift.before else "fell"
    unit, per = forecast.unit, forecast.per
    each_step = f" {'an hour' if per == 'hour' else 'a day'}" if unit in _COUNTED else ""
    name = forecast.name[0].upper() + forecast.name[1:]
    yield (
        f"{name} {way} on {moment(shift.at, per)}: from {amount(shift.before, unit)} to "
        f"{amount(shift.after, unit)}{each_step}. Find out why before you rely on these figures."
    )


_COUNTED = ("tasks", "labels", "events", "usd")


def _volume(report: ForecastReport) -> Iterator[str]:
    first = report.forecasts[0] if report.forecasts else None
    if first is None:
        return
    forecast, total = first.forecast, first.total
    values, unit = forecast.values, forecast.unit
    peak = max(range(len(values)), key=values.__getitem__)
    step_s = 3600.0 if report.per == "hour" else 86400.0
    what = "tasks" if unit == "tasks" else forecast.name
    if total is None:
        expected = f"Expect {what} of {amount(sum(values) / len(values), unit)} on average"
        busiest = f"highest {report.per}"
    else:
        expected = f"Expect {amount(total.value, unit)} {what}"
        busiest = f"busiest {report.per}"
    between = (
        ""
        if total is None
        else (
            f" ({percent(report.level)} interval: {amount(total.low, unit)} to "
            f"{amount(total.high, unit)})"
        )
    )
    yield (
        f"{expected} in {report.horizon} {report.per}s{between}; {busiest}: "
        f"{moment(forecast.start_at + peak * step_s, report.per)}, {amount(values[peak], unit)} "
        f"({amount(forecast.low[peak], unit)} to {amount(forecast.high[peak], unit)})."
    )


def wish_text(report: ForecastReport) -> str:
    """Return the service level in words."""
    return f"{percent(report.service_share)} of asks are begun within {wait(report.most_wait_s)}"
