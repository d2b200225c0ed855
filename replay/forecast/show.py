"""The forecast on one screen: what to do first, then figures, then how good they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from replay.forecast.advice import EVERYTHING, wish_text
from replay.forecast.words import amount, moment, moment_and_year, percent
from replay.runtime.text import add_row, listed, printable, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from replay.forecast.report import ForecastOf, ForecastReport, PoolPlan

SHOWN = 24
"""Steps in the table; --json has all."""

BESIDE = 3
"""Pools whose labelers fit beside the forecast; those of more have a table of their own."""


def print_forecast(report: ForecastReport, console: Console) -> None:
    """Print what to do, the next steps, and how good the forecasts were in the past."""
    steps = f"{report.horizon} {report.per}s"
    say(
        console,
        f"Forecast of {steps}, from {moment_and_year(report.start_at)} UTC on; history: "
        f"{(report.start_at - report.begin_at) / 86400.0:,.1f} days of {report.source}.",
    )
    say(console, "\nWhat to do", "bold")
    for number, action in enumerate(report.actions, start=1):
        say(console, f"{number}. {action}")
    staffed = [pool for pool in report.pools if pool.staffing is not None]
    _print_steps(report, staffed, console)
    _print_quality(report, console)
    if staffed:
        _print_rates(staffed, console)
        say(console, f"Labelers: so many that {wish_text(report)} (--service, --within).", "dim")
    for note in report.notes:
        say(console, f"Note: {note}.", "dim")


def _print_steps(report: ForecastReport, staffed: Sequence[PoolPlan], console: Console) -> None:
    if not report.forecasts:
        return
    main = report.forecasts[0].forecast
    steps = min(SHOWN, report.horizon)
    beside = () if len(staffed) > BESIDE else staffed
    by_pool = ", and the labelers that each pool needs" if _by_pool(beside) else ""
    table = _table(f"\nThe next {steps} {report.per}s (UTC){by_pool}")
    table.add_column(report.per, no_wrap=True)
    what = main.name if main.unit == "events" else main.unit
    for head in (what, f"{percent(report.level)} interval"):
        table.add_column(Text(printable(head)), justify="right", no_wrap=True)
    _add_pools(table, beside)
    for step in range(steps):
        add_row(
            table,
            _step(report, step),
            amount(main.values[step], main.unit),
            f"{amount(main.low[step], main.unit)}–{amount(main.high[step], main.unit)}",
            *_labelers(beside, step),
        )
    console.print(table)
    if staffed and not beside:
        table = _table("\nLabelers that each pool needs")
        table.add_column(report.per, no_wrap=True)
        _add_pools(table, staffed)
        for step in range(steps):
            add_row(table, _step(report, step), *_labelers(staffed, step))
        console.print(table)


def _add_pools(table: Table, staffed: Sequence[PoolPlan]) -> None:
    for pool in staffed:
        name = "labelers" if pool.pool == EVERYTHING else pool.pool
        table.add_column(Text(printable(name)), justify="right", overflow="fold")


def _step(report: ForecastReport, step: int) -> str:
    step_s = 3600.0 if report.per == "hour" else 86400.0
    return moment(report.forecasts[0].forecast.start_at + step * step_s, report.per)


def _labelers(staffed: Sequence[PoolPlan], step: int) -> list[str]:
    return [str(p.staffing.hours[step].labelers) for p in staffed if p.staffing is not None]


def _print_quality(report: ForecastReport, console: Console) -> None:
    table = _table("\nAll forecasts, and how good they were in the past")
    table.add_column("", overflow="fold")
    for head in (
        f"recent\n{report.per}",
        f"next\n{report.horizon} {report.per}s",
        "error vs\nnaive",
        "in\ninterval",
    ):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("model")
    for each in report.forecasts:
        forecast = each.forecast
        add_row(
            table,
            forecast.name,
            amount(forecast.recent_mean, forecast.unit),
            _next(each),
            "–" if forecast.relative_to_naive is None else f"{forecast.relative_to_naive:.2f}",
            "–" if forecast.coverage is None else f"{percent(forecast.coverage)}",
            forecast.models[0].partition(" (")[0],
        )
    console.print(table)
    say(
        console,
        f"Recent {report.per}: a mean; next {report.horizon} {report.per}s: the sum (the mean of "
        "backlog, shares and times). Error vs naive: mean error as a share of that of repeating "
        "the last day or week. In interval: share of past values within theirs "
        f"({percent(report.level)} aimed at). –: can't be told yet. Model: the best of the three "
        "whose mean is the forecast.",
        "dim",
    )


def _next(each: ForecastOf) -> str:
    forecast = each.forecast
    if each.total is not None:
        return amount(each.total.value, forecast.unit)
    return amount(sum(forecast.values) / len(forecast.values), forecast.unit)


def _print_rates(staffed: Sequence[PoolPlan], console: Console) -> None:
    plans = [pool.staffing for pool in staffed if pool.staffing is not None]
    for rate_from in dict.fromkeys(plan.rate_from for plan in plans):
        rates = [
            amount(plan.labels_per_labeler_hour, "labels")
            + ("" if plan.pool == EVERYTHING else f" ({plan.pool})")
            for plan in plans
            if plan.rate_from == rate_from
        ]
        other = "" if "--rate" in rate_from else "; --rate gives another"
        text = f"Labels an hour of one labeler: {listed(rates)}; {rate_from}{other}."
        say(console, text, "dim")


def _by_pool(staffed: Sequence[PoolPlan]) -> bool:
    return any(pool.pool != EVERYTHING for pool in staffed)


def _table(title: str) -> Table:
    return Table(
        title=title, title_justify="left", box=SIMPLE, show_edge=False, collapse_padding=True
    )
