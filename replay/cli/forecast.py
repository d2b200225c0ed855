"""`poolwise forecast`: what comes in the next hours or days, and what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from bandit.errors import BadValue

if TYPE_CHECKING:
    from replay.forecast.series.series import Per
    from replay.forecast.wishes import Wishes

SECONDS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


@click.command()
@click.argument("log", required=False, type=click.Path(readable=False, path_type=Path))
@click.option(
    "--table",
    metavar="FILE.csv",
    type=click.Path(readable=False, path_type=Path),
    help="Forecast the rows of any CSV file with timestamps instead of a log.",
)
@click.option("--column", help="With --table: column of timestamps.  [guessed by its name]")
@click.option("--amount", help="With --table: column to sum up by step.  [rows are counted]")
@click.option("--average", help="With --table: column to average by step, such as a rate.")
@click.option("--project", metavar="NAME", help="Tasks of this project only.")
@click.option(
    "--per",
    type=click.Choice(["hour", "day"]),
    help="Length of a step.  [hour; day for a table of dates]",
)
@click.option(
    "--horizon",
    type=click.IntRange(1),
    help="Steps ahead, at most a third of the history.  [48 hours, 14 days]",
)
@click.option(
    "--level",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0.5, 0.99),
    help="Share of values that intervals are to hold.",
)
@click.option(
    "--surge",
    default=0.2,
    show_default=True,
    type=click.FloatRange(0, 10),
    help="What would happen with this share more tasks.",
)
@click.option(
    "--service",
    default=0.9,
    show_default=True,
    type=click.FloatRange(0.5, 0.999),
    help="Share of asks that labelers are to begin in time.",
)
@click.option(
    "--within",
    default="10m",
    show_default=True,
    help="How long such an ask may wait until it is begun: 90s, 10m, 2h.",
)
@click.option(
    "--capacity",
    multiple=True,
    metavar="POOL=LABELS",
    help="Labels an hour that a pool can give.  [what the log says]",
)
@click.option(
    "--rate",
    multiple=True,
    metavar="[POOL=]LABELS",
    help="Labels that one labeler gives in an hour.  [estimated]",
)
@click.option(
    "--budget",
    type=click.FloatRange(0, min_open=True),
    metavar="USD",
    help="What may still be spent: show when it runs out.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all figures as JSON.")
def forecast(
    log: Path | None,
    table: Path | None,
    column: str | None,
    amount: str | None,
    average: str | None,
    project: str | None,
    per: str | None,
    horizon: int | None,
    level: float,
    surge: float,
    service: float,
    within: str,
    capacity: tuple[str, ...],
    rate: tuple[str, ...],
    budget: float | None,
    as_json: bool,  # noqa: FBT001 - click gives flags as booleans
) -> None:
    """Forecast tasks, labels, backlog, spend, quality and delay, and say what to do.

    LOG is a log file or the folder of an archive (poolwise archive). It shows hours in which a
    pool's capacity is short, the labelers needed in each hour, the day on which a budget runs out,
    the spend at the end of the month, and what a surge would do.

    \b
    Examples:
      poolwise forecast labels.db
      poolwise forecast labels.db --per day --budget 500
      poolwise forecast --table tickets.csv --column created_at --rate 40
    """  # noqa: D301 - click's own mark for text that isn't to be wrapped
    if (log is None) == (table is None):
        raise click.UsageError("give either LOG or --table FILE.csv")
    for option, given in (("--column", column), ("--amount", amount), ("--average", average)):
        if given is not None and table is None:
            raise click.UsageError(f"{option} is for --table")
    if amount is not None and average is not None:
        raise click.UsageError("give either --amount or --average")
    for option, given_too in (("--project", project), ("--budget", budget)):
        if given_too is not None and table is not None:
            raise click.UsageError(f"{option} is for a LOG, not for --table")
    wishes = _wishes(horizon, level, surge, service, within, capacity, rate, budget)
    from replay.forecast.run import run_log, run_table

    if table is not None:
        run_table(
            table,
            cast("Per | None", per),
            column,
            amount or average,
            wishes,
            averaged=average is not None,
            as_json=as_json,
        )
    elif log is not None:
        run_log(log, cast("Per", per or "hour"), project, wishes, as_json=as_json)


def _wishes(
    horizon: int | None,
    level: float,
    surge: float,
    service: float,
    within: str,
    capacity: tuple[str, ...],
    rate: tuple[str, ...],
    budget: float | None,
) -> Wishes:
    from replay.forecast.plan.staffing import ServiceWish
    from replay.forecast.wishes import ANY, Wishes

    capacities = _numbers("--capacity", capacity)
    if ANY in capacities:
        raise BadValue(f"--capacity {capacity[0]!r}: must be POOL=LABELS")
    return Wishes(
        horizon=horizon,
        level=level,
        surge=surge,
        service=ServiceWish(service, _seconds(within)),
        labels_per_hour=capacities,
        labels_per_labeler_hour=_numbers("--rate", rate),
        budget_usd=budget,
    )


def _seconds(text: str) -> float:
    """Read a time such as 10m.

    Examples
    --------
    >>> _seconds("90s"), _seconds("10m"), _seconds("1.5h")
    (90.0, 600.0, 5400.0)
    """
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz ")
    try:
        seconds = float(number) * SECONDS[text[len(number) :].strip() or "s"]
    except (KeyError, ValueError):
        seconds = -1.0
    if not 0.0 <= seconds <= 7 * 86400.0:
        raise BadValue(f"--within {text!r}: must be a time of at most 7 days, such as 90s, 10m, 2h")
    return seconds


def _numbers(option: str, given: tuple[str, ...]) -> dict[str, float]:
    """Read `POOL=NUMBER` or a number alone; a pool's name may hold `=`."""
    found = {}
    for text in given:
        pool, _, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = 0.0
        if not 0.0 < value < 1e9:
            raise BadValue(f"{option} {text!r}: must be POOL=LABELS, with labels above 0")
        found[pool.strip()] = value
    return found
