"""Moments, numbers and units of a forecast in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from replay.runtime.text import dollars, share, time_of

if TYPE_CHECKING:
    from replay.forecast.series.series import Per, Unit


def moment(at: float, per: Per = "hour") -> str:
    """Write a moment (UTC): the day, and for hours the time.

    Examples
    --------
    >>> moment(0.0), moment(90000.0, "day")
    ('Thu 1 Jan 00:00', 'Fri 2 Jan 1970')
    """
    at_utc = datetime.fromtimestamp(at, UTC)
    day = f"{at_utc:%a} {at_utc.day} {at_utc:%b}"
    return f"{day} {at_utc:%H:%M}" if per == "hour" else f"{day} {at_utc:%Y}"


def moment_and_year(at: float) -> str:
    """Write a moment (UTC) so that it can't be of another year.

    Examples
    --------
    >>> moment_and_year(90000.0)
    'Fri 2 Jan 1970 01:00'
    """
    return f"{moment(at, 'day')} {datetime.fromtimestamp(at, UTC):%H:%M}"


def amount(value: float, unit: Unit) -> str:
    """Write a value in its unit.

    Examples
    --------
    >>> amount(1234.6, "tasks"), amount(2.345, "usd"), amount(0.98, "share"), amount(90, "seconds")
    ('1,235', '$2.35', '98.0 %', '90 s')
    >>> amount(3.4567, "events")
    '3.5'
    """
    if unit == "usd":
        return dollars(value, 0 if abs(value) >= 1000 else 2)
    if unit == "share":
        return share(value)
    if unit == "seconds":
        return time_of(value)
    return f"{value:,.0f}" if value >= 20 or value == round(value) else f"{value:,.1f}"


def percent(value: float) -> str:
    """Write a share without decimals.

    Examples
    --------
    >>> percent(0.2)
    '20 %'
    """
    return f"{100 * value:.0f} %"


def wait(seconds: float) -> str:
    """Write a wait.

    Examples
    --------
    >>> wait(600.0), wait(90.0), wait(7200.0)
    ('10 min', '90 s', '2 h')
    """
    if seconds % 3600 == 0:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 60:.0f} min" if seconds % 60 == 0 else f"{seconds:.0f} s"
