"""The forecast, from a log or a table to the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.forecast.forecast_log import forecast_events
from replay.forecast.forecast_table import forecast_moments
from replay.forecast.show import print_forecast
from replay.forecast.sources.log_events import read_log_events
from replay.forecast.sources.table import read_events
from replay.runtime.print_result import print_result
from replay.runtime.progress import progress

if TYPE_CHECKING:
    from pathlib import Path

    from replay.forecast.series.series import Per
    from replay.forecast.wishes import Wishes


def run_log(
    path: Path, per: Per, project: str | None, wishes: Wishes, *, as_json: bool = False
) -> None:
    """Read an embedded log or an archive, and print its forecast.

    Raises
    ------
    InputError
        If the log can't be used.
    CannotAnswer
        If it is too short.
    """
    with progress("reading the log:", "events") as tell:
        events = read_log_events(path, project, tell)
    with progress("forecasting:", "series") as tell:
        report = forecast_events(events, str(path), per, wishes, tell)
    print_result(report, print_forecast, as_json=as_json)


def run_table(
    path: Path,
    per: Per | None,
    column: str | None,
    amount: str | None,
    wishes: Wishes,
    *,
    averaged: bool = False,
    as_json: bool = False,
) -> None:
    """Read a CSV file of timestamps, and print its forecast.

    Raises
    ------
    InputError
        If the file can't be used.
    CannotAnswer
        If it is too short.
    """
    table = read_events(path, column, amount, averaged=averaged)
    report = forecast_moments(table, str(path), per, wishes)
    print_result(report, print_forecast, as_json=as_json)
