"""Timestamps as tables have them: ISO times, dates, seconds or milliseconds since the epoch."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue
from replay.forecast.series.series import FEWEST_STEPS, STEP_S
from replay.recorded.times import SERIAL_DAYS, day_seconds, parse_time

if TYPE_CHECKING:
    from collections.abc import Sequence


class Moment(NamedTuple):
    """UTC seconds since the epoch, whether a zone was given, and whether it is a date alone.

    `is_counted` says that it was a spreadsheet's number of days.
    """

    at: float
    zoned: bool | None
    is_date: bool
    is_counted: bool = False


def parse_moment(text: str, place: str) -> Moment:
    """Read a timestamp; `zoned` is `None` for numbers, which need no zone.

    Raises
    ------
    BadValue
        If it is none; the message says where it stands.

    Examples
    --------
    >>> parse_moment("1970-01-02T00:00:00+00:00", "at")
    Moment(at=86400.0, zoned=True, is_date=False, is_counted=False)
    >>> parse_moment("86400000000", "at").at
    86400000000.0
    >>> parse_moment("1767225600000", "at").at
    1767225600.0
    """
    stripped = text.strip()
    if not stripped:
        raise BadValue(f"{place}: empty, but it is the timestamp; remove the row or fill it in")
    at = parse_time(stripped, place)
    try:
        float(stripped)
    except ValueError:
        return Moment(at, _is_zoned(stripped), len(stripped) <= len("2026-01-31"))
    return Moment(at, None, is_date=False)


def _is_zoned(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:  # the other forms that are read name their zone
        return True


def spreadsheet_dates(moments: Sequence[Moment]) -> list[Moment] | None:
    """Return the moments read as a spreadsheet's numbers of days; `None` if they may be seconds.

    As seconds, numbers that are this near to one another would be less than half a day, which is
    too short for any forecast.

    Examples
    --------
    >>> dates = spreadsheet_dates([Moment(46023.0, None, False), Moment(46024.5, None, False)])
    >>> dates is not None and dates[0]
    Moment(at=1767225600.0, zoned=False, is_date=False, is_counted=True)
    >>> spreadsheet_dates([Moment(1767225600.0, None, False)])
    """
    numbers = [moment.at for moment in moments]
    least, most = min(numbers), max(numbers)
    are_numbers = all(moment.zoned is None for moment in moments)
    too_short = most - least < FEWEST_STEPS * STEP_S["hour"]
    if not (are_numbers and too_short and SERIAL_DAYS[0] <= least <= most <= SERIAL_DAYS[1]):
        return None
    are_whole = all(number == round(number) for number in numbers)
    seconds = [day_seconds(number) for number in numbers]
    return [Moment(at, zoned=False, is_date=are_whole, is_counted=True) for at in seconds]
