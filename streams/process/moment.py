"""A time in UTC as text."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: float, unit: str = "minutes") -> str:
    """Return a time, in UTC seconds, as text.

    Parameters
    ----------
    at
        The time; any number, as it may come from an event.
    unit
        The smallest unit shown, as in `datetime.isoformat`.

    Examples
    --------
    >>> moment(172800.0), moment(172801.0, "seconds")
    ('1970-01-03 00:00 UTC', '1970-01-03 00:00:01 UTC')
    >>> moment(-1e13)
    'second -10,000,000,000,000 since 1970'
    """
    try:
        when = datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):  # no year of the calendar
        return f"second {at:,.0f} since 1970"
    return f"{when.isoformat(' ', unit)} UTC"
