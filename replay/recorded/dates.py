"""Dates as people write them: 31.01.2026, 01/31/2026 9:30 AM; a column's days told from months."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

NO_TIME = (
    "is not an ISO time such as 2026-01-31T09:30:00; write all times so, or leave the column out"
)

DATED = re.compile(
    r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})"
    r"(?:[ T,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?)?"
)
MONTHS, LONGEST_MONTH = 12, 31
HOURS, MINUTES = 24, 60
YEAR_DIGITS = {".": (2, 4), "/": (2, 4), "-": (4,)}
"""Digits of a year that stands last, by what is before it: 26-01-31 may have it first."""
CENTURY = 2000
"""What years of two digits are counted from."""
SHORT_YEARS = 100


class Dated(NamedTuple):
    """A date as it is written, in three numbers, and the seconds since its midnight."""

    parts: tuple[int, int, int]
    divider: str
    seconds: float


def dated_of(text: str) -> Dated | None:
    """Read a date as people write it; `None` for ISO and what is none."""
    found = DATED.fullmatch(text.strip().removesuffix(" UTC"))
    if found is None or (found[2] == "-" and len(found[1]) == len("2026")):
        return None
    if len(found[1]) < len("2026") and len(found[4]) not in YEAR_DIGITS[found[2]]:
        return None
    hour, minute, second = (int(found[at] or 0) for at in (5, 6, 7))
    noon, half = HOURS // 2, (found[8] or "").lower()
    if hour >= HOURS or minute >= MINUTES or second >= MINUTES or (half == "a" and hour > noon):
        return None
    if half:
        hour = hour % noon + noon * (half == "p")
    parts = (int(found[1]), int(found[3]), int(found[4]))
    return Dated(parts, found[2], hour * 3600.0 + minute * 60.0 + second)


def order_of(
    texts: Sequence[str],
    dated: Sequence[Dated | None],
    where: Callable[[int], str],
    usual: str | None = None,
) -> tuple[str, tuple[str, ...]]:
    """Tell day/month from month/day, by the rows that allow only one of them, or as is usual."""
    open_to = {
        at: date.parts
        for at, date in enumerate(dated)
        if date is not None and date.divider != "." and date.parts[0] <= LONGEST_MONTH
    }
    if not open_to:
        return "dmy", ()
    day_first = next((at for at, parts in open_to.items() if parts[0] > MONTHS), None)
    month_first = next((at for at, parts in open_to.items() if parts[1] > MONTHS), None)
    first = next(iter(open_to))
    if day_first is None and month_first is None and usual == "mdy":
        month_first = first
    if day_first is None and month_first is None:
        raise BadValue(
            f"{where(first)}: {texts[first]!r} may be day/month or month/day, and no row tells;"
            " write dates as 2026-01-31"
        )
    if day_first is not None and month_first is not None:
        raise BadValue(
            f"{where(day_first)}: {texts[day_first]!r} has the day first, {texts[month_first]!r}"
            " the month; write dates as 2026-01-31"
        )
    if month_first is None:
        _check_years(first, texts, open_to.values(), where)
    sure, order, words = (
        (month_first, "mdy", "month/day/year")
        if day_first is None
        else (day_first, "dmy", "day/month/year")
    )
    assert sure is not None
    return order, (f"times such as {texts[sure].strip()!r} are read as {words}",)


def _check_years(
    first: int,
    texts: Sequence[str],
    dates: Collection[tuple[int, int, int]],
    where: Callable[[int], str],
) -> None:
    """Refuse years of two digits that vary more than days do: the year may stand first."""
    short = [parts for parts in dates if parts[2] < SHORT_YEARS]
    days, years = len({parts[0] for parts in short}), len({parts[2] for parts in short})
    if years > days:
        raise BadValue(
            f"{where(first)}: {texts[first]!r} may be year/month/day or day/month/year; write dates"
            " as 2026-01-31"
        )


def date_seconds(date: Dated, order: str, text: str, where: str) -> float:
    """Return the seconds since 1970 of a date, of which `order` is dmy or mdy.

    Raises
    ------
    BadValue
        If there is no such day.

    Examples
    --------
    >>> date_seconds(Dated((2, 1, 1970), ".", 9.0), "dmy", "2.1.1970 0:00:09", "at")
    86409.0
    """
    first, second, third = date.parts
    if first > LONGEST_MONTH:
        year, month, day = first, second, third
    elif order == "dmy" or date.divider == ".":
        day, month, year = first, second, third
    else:
        month, day, year = first, second, third
    try:
        midnight = datetime(year + CENTURY * (year < SHORT_YEARS), month, day, tzinfo=UTC)
    except ValueError as error:
        raise BadValue(f"{where}: {text!r} {NO_TIME}") from error
    return midnight.timestamp() + date.seconds
