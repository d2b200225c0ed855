"""Times as seconds: numbers, Arrow's own times, or text in ISO 8601; none or all with a zone."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.numerics.arrays import Floats, array_of, is_text, null_mask
from replay.tables.values.numbers import categories, numbers, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from replay.tables.values.faults import Faults

NUMBER, NO_ZONE, UTC_ZONE = "numbers", "no zone", "UTC"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_times(name: str, column: Any, faults: Faults) -> tuple[Floats, dict[str, str]]:
    """Turn a column into seconds, shape (n,), and say which zones are in it, with an example each.

    Seconds are those since 1970; numbers are taken as they are.

    Raises
    ------
    BadValue
        If the column's type has no times.
    """
    faults.put(null_mask(column), f"{name} is missing")
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        seconds = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False)
        ticks = array_of(seconds.cast(pa.int64()), null=0)
        zone = NO_ZONE if getattr(kind, "tz", None) is None else UTC_ZONE
        return ticks / 1e6, {zone: str(kind)}
    if is_text(column):
        return _from_texts(name, column, faults)
    values = numbers(name, column, faults, may_miss=True)
    _finite(name, values, faults)
    return values, {NUMBER: str(kind)}


def said(seconds: float, zone: str) -> float | str | None:
    """Write a time as its zone does; a number stays one, and `None` is no time.

    Examples
    --------
    >>> said(1767261600.0, "UTC+02:00"), said(1767261600.0, NO_ZONE), said(7.0, NUMBER)
    ('2026-01-01T12:00:00+02:00', '2026-01-01T10:00:00', 7.0)
    """
    if math.isnan(seconds):
        return None
    try:
        moment = EPOCH + timedelta(seconds=seconds)
    except OverflowError:  # beyond the calendar
        return seconds
    if zone == NUMBER:
        return seconds
    if zone == NO_ZONE:
        return moment.replace(tzinfo=None).isoformat(timespec="seconds")
    offset = datetime.strptime(zone.removeprefix("UTC") or "+00:00", "%z").tzinfo
    return moment.astimezone(offset).isoformat(timespec="seconds")


def mixed(zones: Mapping[str, str]) -> str | None:
    """Say that times can't be compared, if they can't; other offsets of a zone are no hindrance.

    Examples
    --------
    >>> mixed({"UTC": "2026-01-01T10:00Z", "no zone": "2026-01-01T10:00"})
    "mixed time zones: '2026-01-01T10:00Z' is UTC, '2026-01-01T10:00' has no zone: write all in one"
    >>> mixed({"UTC+01:00": "2026-03-28T10:00+01:00", "UTC+02:00": "2026-03-29T10:00+02:00"})
    """
    kinds = dict[str, str]()
    for zone in zones:
        kinds.setdefault(zone if zone in {NUMBER, NO_ZONE} else UTC_ZONE, zone)
    if len(kinds) < 2:
        return None
    one, two, *_ = kinds.values()

    def said(zone: str, example: str) -> str:
        is_has = {NUMBER: "is a number", NO_ZONE: "has no zone"}.get(zone, f"is {zone}")
        return f"{example!r} {is_has}"

    both = f"{said(one, zones[one])}, {said(two, zones[two])}"
    return f"mixed time zones: {both}: write all in one"


def common(zones: Collection[str]) -> str:
    """Return the zone in which times are to be said: UTC where they have several offsets.

    Examples
    --------
    >>> common(["UTC+01:00", "UTC+02:00"]), common(["no zone"]), common([])
    ('UTC', 'no zone', '')
    """
    first, *others = zones or [""]
    return UTC_ZONE if others else first


def _from_texts(name: str, column: Any, faults: Faults) -> tuple[Floats, dict[str, str]]:
    """Read texts, each different one once."""
    index, words = categories(name, column, faults)
    zones: dict[str, str] = {}
    seconds = np.full(len(words) + 1, math.nan)
    for at, word in enumerate(words.to_pylist()):
        read = None if word is None else _read(word.strip())
        if read is not None:
            seconds[at], zone = read
            zones.setdefault(zone, word)
    times = seconds[index]
    faults.put(
        np.isnan(times),
        f"{name} is not a time",
        lambda row: (
            f"{name} is {quoted(words[int(index[row])].as_py())}, not a number or ISO 8601 time"
        ),
    )
    return times, zones


def _read(word: str) -> tuple[float, str] | None:
    try:
        number = float(word)
    except ValueError:
        pass
    else:
        return (number, NUMBER) if math.isfinite(number) else None
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        return None
    offset = moment.utcoffset()
    if offset is None:
        return moment.replace(tzinfo=UTC).timestamp(), NO_ZONE
    zone = UTC_ZONE if not offset else f"UTC{moment.isoformat()[-6:]}"
    return moment.timestamp(), zone


def _finite(name: str, values: Floats, faults: Faults) -> None:
    faults.put(
        ~np.isfinite(values),
        f"{name} is not finite",
        lambda row: f"{name} is {values[row]:g}, must be finite",
    )
