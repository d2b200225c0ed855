"""Times as tables have them: ISO, as spreadsheets write dates, or numbers; a column in one way.

- 20,000 to 80,000 in every row: days since 1899-12-30, as spreadsheets number them
- 20260131 in every row: year, month, day
- other numbers: seconds since 1970, or milliseconds and smaller parts
- 31.01.2026: day, month, year
- 01/31/2026 or 31/01/2026: by the rows that allow one reading alone
- Sat Jan 31 09:30:00 PST 2026: as Amazon Mechanical Turk writes them
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.recorded.dates import NO_TIME, date_seconds, dated_of, order_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From such a number on, it counts so many parts of a second: as seconds it were after 5138."""

EPOCH_DAY, DAY_S = 25_569, 86_400.0
"""The epoch, 1970-01-01, as spreadsheets number it, and the length of a day."""

SERIAL_DAYS = (20_000.0, 80_000.0)
"""Days from 1954 to 2119 as spreadsheets number them; as seconds, all are on 1970-01-01."""

CENTURIES = ("19", "20")

TURK = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d) ([A-Z]{3}) (\d{4})")
ZONES_H = {"UTC": 0, "GMT": 0, "PST": -8, "PDT": -7}


def read_times(
    texts: Sequence[str], where: Callable[[int], str], usual: str | None = None
) -> tuple[list[float], tuple[str, ...]]:
    """Read a column of times as seconds since 1970, UTC where no zone is given.

    Parameters
    ----------
    texts
        The cells.
    where
        Says where a cell stands, by its index, as the beginning of an error.
    usual
        `mdy` where the month is known to stand first, if no row tells.

    Returns
    -------
    list of float, tuple of str
        The times, and what was assumed of them, in words.

    Raises
    ------
    BadValue
        If one can't be read, or nothing tells days from months.

    Examples
    --------
    >>> read_times(["01/31/1970", "01/02/1970"], str)
    ([2592000.0, 86400.0], ("times such as '01/31/1970' are read as month/day/year",))
    >>> read_times(["46023", "46024.5"], str)[0]
    [1767225600.0, 1767355200.0]
    """
    days = _serial_days(texts)
    if days is not None:
        date = datetime.fromtimestamp(round(days[0] / 60.0) * 60.0, UTC)
        said = f"numbers are read as a spreadsheet's days since 1899-12-30: {texts[0].strip()} is"
        return days, (f"{said} {date:%Y-%m-%d %H:%M}",)
    compact = _compact_dates(texts)
    if compact is not None:
        return compact, (f"numbers such as {texts[0].strip()} are read as year, month, day",)
    _check_alike(texts, where)
    dated = [dated_of(text) for text in texts]
    order, notes = order_of(texts, dated, where, usual)
    times = [
        parse_time(text, where(at)) if date is None else date_seconds(date, order, text, where(at))
        for at, (text, date) in enumerate(zip(texts, dated, strict=True))
    ]
    return times, notes


def parse_time(text: str, where: str) -> float:
    """Read ISO time (UTC where no zone is given), or seconds or milliseconds since the epoch.

    Examples
    --------
    >>> parse_time("1970-01-02T00:00:00", "at"), parse_time("86400", "at")
    (86400.0, 86400.0)
    >>> parse_time("1767225600000", "at")
    1767225600.0
    >>> parse_time("1970-01-01 00:00:00 UTC", "at"), parse_time("Thu Jan 01 00:00:09 PST 1970", "")
    (0.0, 28809.0)
    """
    try:
        number = float(text)
    except ValueError:
        stripped = text.strip().removesuffix(" UTC")
        try:
            at = _turk(stripped) or datetime.fromisoformat(stripped)
        except ValueError as error:
            raise BadValue(f"{where}: {text!r} {NO_TIME}") from error
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if not math.isfinite(number):
        raise BadValue(f"{where}: {text!r} {NO_TIME}")
    return number / next((parts for least, parts in UNITS if abs(number) >= least), 1.0)


def day_seconds(number: float) -> float:
    """Return the seconds since 1970 of a day as spreadsheets number it.

    From 1900-03-01 on they count from 1899-12-30, because they take 1900 for a leap year.

    Examples
    --------
    >>> day_seconds(25_570.5)
    129600.0
    """
    return round((number - EPOCH_DAY) * DAY_S, 3)


def _serial_days(texts: Sequence[str]) -> list[float] | None:
    """Return the seconds of a column that a spreadsheet's numbers of days fill, else `None`."""
    try:
        numbers = [float(text.replace(",", ".")) for text in texts]
    except ValueError:
        return None
    low, high = SERIAL_DAYS
    if not numbers or not all(low <= number <= high for number in numbers):
        return None
    return [day_seconds(number) for number in numbers]


def _compact_dates(texts: Sequence[str]) -> list[float] | None:
    """Return the seconds of a column of 20260131 and the like, else `None`."""
    days = []
    for text in texts:
        digits = text.strip()
        if len(digits) != len("20260131") or not digits.isdecimal() or digits[:2] not in CENTURIES:
            return None
        try:
            days.append(datetime.fromisoformat(digits).replace(tzinfo=UTC).timestamp())
        except ValueError:
            return None
    return days or None


def _check_alike(texts: Sequence[str], where: Callable[[int], str]) -> None:
    """Refuse a spreadsheet's number of days among dates, which were typed as text."""
    low, high = SERIAL_DAYS
    day = next((at for at, text in enumerate(texts) if low <= _number(text) <= high), None)
    if day is not None and any(map(math.isnan, map(_number, texts))):
        raise BadValue(
            f"{where(day)}: {texts[day]!r} is a spreadsheet's number of days, and other cells are"
            " not; write all times as 2026-01-31T09:30:00"
        )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _turk(text: str) -> datetime | None:
    found = TURK.fullmatch(text)
    if found is None or found[2] not in ZONES_H:
        return None
    zone = timezone(timedelta(hours=ZONES_H[found[2]]))
    return datetime.strptime(f"{found[1]} {found[3]}", "%b %d %H:%M:%S %Y").replace(tzinfo=zone)
