"""The option `--before`: a time in UTC, or an age in days."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bandit.days import DAY_S
from bandit.errors import BadValue

_DAYS = re.compile(r"(\d{1,4}(?:\.\d+)?)d?")  # more digits are a date, such as 20261001


def seconds_of(text: str, now: float) -> float:
    """Return the time in UTC seconds that `text` names; `now` is the current time.

    Raises
    ------
    BadValue
        If it is no time, or one in the future.

    Examples
    --------
    >>> seconds_of("30d", now=40 * 86_400.0) / 86_400.0
    10.0
    >>> seconds_of("1970-01-03", now=40 * 86_400.0)
    172800.0
    """
    days = _DAYS.fullmatch(text)
    if days is not None:
        return now - float(days[1]) * DAY_S
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"--before {text}: expected days, such as 30d, or a UTC time, such as 2026-10-01"
        raise BadValue(msg) from error
    before = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    if before > now:
        msg = f"--before {text}: is in the future, so it would delete everything"
        raise BadValue(msg)
    return before
