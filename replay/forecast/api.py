"""Forecasts of logs and tables, from Python: `forecast_log` and `forecast_table`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.forecast.forecast_log import forecast_events
from replay.forecast.forecast_table import forecast_moments
from replay.forecast.plan.staffing import ServiceWish
from replay.forecast.sources.log_events import read_log_events
from replay.forecast.sources.table import read_events
from replay.forecast.wishes import ANY, Wishes
from replay.runtime.arguments import check_kind, check_name, is_number, mapping_of, path_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from replay.forecast.report import ForecastReport
    from replay.forecast.series.series import Per

LIMITS = {
    "level": (0.5, 0.99),
    "surge": (0.0, 10.0),
    "service": (0.5, 0.999),
    "within_s": (0.0, 7 * 86_400.0),
}
"""Least and most of the options that are numbers."""


def forecast_log(
    log: str | Path,
    *,
    per: Per = "hour",
    project: str | None = None,
    horizon: int | None = None,
    level: float = 0.9,
    surge: float = 0.2,
    service: float = 0.9,
    within_s: float = 600.0,
    capacity: Mapping[str, float] | None = None,
    rate: float | Mapping[str, float] | None = None,
    budget_usd: float | None = None,
    tell: Callable[[int], None] | None = None,
) -> ForecastReport:
    """Forecast tasks, labels, backlog, spend, quality and delay of a log, and say what to do.

    Parameters
    ----------
    log
        A log file or the folder of an archive.
    per
        Length of a step: hour or day. Labelers are planned by the hour.
    project
        Tasks of this project only.
    horizon
        Steps ahead, at most a third of the history: else 48 hours or 14 days.
    level
        Share of values that intervals are to hold.
    surge
        Share by which demand may grow.
    service, within_s
        Share of asks that labelers are to begin within so many seconds.
    capacity
        Labels an hour that a pool can give, by pool: else what the log says.
    rate
        Labels that one labeler gives in an hour, by pool or in all: else estimated.
    budget_usd
        What may still be spent.
    tell
        Called with the number of series that were forecast.

    Raises
    ------
    InputError
        If the log or an argument can't be used.
    CannotAnswer
        If the log is too short, or for the horizon.

    Examples
    --------
    >>> forecast_log("labels.db", per="day")
    Traceback (most recent call last):
    ...
    bandit.errors.MissingInput: labels.db: no such file
    """
    wishes = _wishes(
        per=per,
        horizon=horizon,
        limited={"level": level, "surge": surge, "service": service, "within_s": within_s},
        rate=rate,
        capacity=capacity,
        budget_usd=budget_usd,
    )
    check_name("project", project, "the name of a project")
    return forecast_events(
        read_log_events(path_of("log", log), project), str(log), per, wishes, tell
    )


def forecast_table(
    table: str | Path,
    *,
    column: str | None = None,
    amount: str | None = None,
    average: str | None = None,
    per: Per | None = None,
    horizon: int | None = None,
    level: float = 0.9,
    surge: float = 0.2,
    service: float = 0.9,
    within_s: float = 600.0,
    rate: float | None = None,
    now: float | None = None,
) -> ForecastReport:
    """Forecast the rows of a CSV file with timestamps, or what they sum up or average to.

    Parameters
    ----------
    table
        The file, gzipped or not.
    column
        Column of timestamps: else guessed by its name.
    amount, average
        Column that is summed up, or averaged: else rows are counted.
    per
        Length of a step: hour or day; else hours, or days where all timestamps are dates.
    horizon, level, surge, service, within_s
        As for `forecast_log`.
    rate
        Rows that one labeler does in an hour: with it, labelers are planned.
    now
        What no timestamp may exceed by more than a day, in UTC seconds: else the machine's clock.

    Raises
    ------
    InputError
        If the file or an argument can't be used.
    CannotAnswer
        If the table is too short, or for the horizon.

    Examples
    --------
    >>> forecast_table("tickets.csv", rate=12.0)
    Traceback (most recent call last):
    ...
    bandit.errors.MissingInput: tickets.csv: no such file
    """
    if amount is not None and average is not None:
        raise BadValue("amount and average: give one of them")
    wishes = _wishes(
        per=per,
        horizon=horizon,
        limited={"level": level, "surge": surge, "service": service, "within_s": within_s},
        rate=rate,
    )
    for option, name in (("column", column), ("amount", amount), ("average", average)):
        check_name(option, name, "the name of a column")
    check_kind("now", now, (float, type(None)))
    summed = amount if average is None else average
    events = read_events(path_of("table", table), column, summed, now, averaged=average is not None)
    return forecast_moments(events, str(table), per, wishes)


def _wishes(
    *,
    per: str | None,
    horizon: int | None,
    limited: Mapping[str, float],
    rate: float | Mapping[str, float] | None,
    capacity: Mapping[str, float] | None = None,
    budget_usd: float | None = None,
) -> Wishes:
    """Return the wishes, checked as the command checks its options; `limited` are in `LIMITS`."""
    if per not in (None, "hour", "day"):
        raise BadValue(f"per {per!r}: must be 'hour' or 'day'")
    check_kind("horizon", horizon, (int, type(None)))
    if horizon is not None and horizon < 1:
        raise BadValue(f"horizon {horizon}: must be 1 or more")
    for name, value in limited.items():
        low, high = LIMITS[name]
        check_kind(name, value, (float,))
        if not low <= value <= high:
            raise BadValue(f"{name} {value:g}: must be between {low:g} and {high:g}")
    rates = {ANY: rate} if is_number(rate) else mapping_of("rate", rate, {"crowd": 12.0})
    capacities = mapping_of("capacity", capacity, {"crowd": 40.0})
    budgets = {} if budget_usd is None else {ANY: budget_usd}
    for option, given in (("rate", rates), ("capacity", capacities), ("budget_usd", budgets)):
        for pool, value in given.items():
            check_kind(option if pool == ANY else f"{option} of {pool}", value, (float,))
            if not 0.0 < value < math.inf:
                where = f"{option} of {pool}" if pool != ANY else option
                raise BadValue(f"{where} {value:g}: must be above 0")
    return Wishes(
        horizon=horizon,
        level=limited["level"],
        surge=limited["surge"],
        service=ServiceWish(limited["service"], limited["within_s"]),
        labels_per_hour=capacities,
        labels_per_labeler_hour=rates,
        budget_usd=budget_usd,
    )
