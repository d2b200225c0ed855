"""Timestamps as tables have them: ISO times, dates, and seconds or milliseconds since the epoch."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from bandit.errors import BadValue
from replay.recorded.files import parse_time

UNITS = ((1e17, 1e9, "nanoseconds"), (1e14, 1e6, "microseconds"), (1e11, 1e3, "milliseconds"))
"""From such a number on, it counts so many parts of a second: as seconds it were after 5138."""


class Moment(NamedTuple):
    """UTC seconds since the epoch, whether a zone was given, and whether it is a date alone."""

    at: float
    zoned: bool | None
    is_date: bool


def parse_moment(text: str, place: str) -> Moment:
    """Read a timestamp; `zoned` is `None` for numbers, which need no zone.

    Raises
    ------
    BadValue
        If it is none; the message says where it stands.

    Examples
    --------
    >>> parse_moment("1970-01-02T00:00:00+00:00", "at"), parse_moment("86400000000", "at").at
    (Moment(at=86400.0, zoned=True, is_date=False), 86400000000.0)
    >>> parse_moment("1767225600000", "at").at
    1767225600.0
    """
    stripped = text.strip()
    if not stripped:
        raise BadValue(f"{place}: empty, but it is the timestamp; remove the row or fill it in")
    try:
        number = float(stripped)
    except ValueError:
        at = parse_time(stripped, place)
        zoned = datetime.fromisoformat(stripped).tzinfo is not None
        return Moment(at, zoned, len(stripped) <= len("2026-01-31"))
    for least, parts, _ in UNITS:
        if abs(number) >= least:
            return Moment(parse_time(stripped, place) / parts, None, is_date=False)
    return Moment(parse_time(stripped, place), None, is_date=False)
