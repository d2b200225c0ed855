"""The age of the records at the start of a partition, by the times in their events.

A log file does not store when a record was written, so the event's `at` is used. Events from
outside may have any time; but `labels` also has the workers' ticks, one a second, so there a record
before an old tick is old, and other times count only where there is no tick. As in Kafka, the
first young record ends the search: records after it are kept, however old. But a time that is still
to come is a wrong one: it counts only if no old record follows, or one clock that was years ahead
would keep everything after it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec

from bandit.days import DAY_S
from bandit.desk.records import STATE_KEY
from bandit.events import Tick
from streams.log.last_records import last_records
from streams.log.topics import DESK, LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log.log import Follower, Log, Record

BATCH = 1000


class _Dated(msgspec.Struct):
    """The fields of an event that are needed here."""

    type: str = ""
    at: float | None = None


class _Desk(msgspec.Struct):
    now: float = -math.inf


_decode = msgspec.json.Decoder(_Dated).decode
_decode_desk = msgspec.json.Decoder(_Desk).decode
TICK = Tick.__struct_config__.tag


def first_young(reader: Follower, topic: str, before: float, latest: float, until: int) -> int:
    """Return the offset of the first record of `before` or later; `until` if all are older.

    Parameters
    ----------
    reader
        A reader at the start of the partition; it is read as far as needed.
    topic
        Topic of the partition.
    before
        A time in UTC seconds.
    latest
        Later times are wrong.
    until
        Offset to stop at.
    """
    young, to_come, behind_tick = until, until, None
    for record in _records(reader, until):
        kind, at = dated(record.value)
        if at is None:
            continue
        if at > latest:
            to_come = min(to_come, record.offset)
        elif at >= before:
            young = min(young, record.offset)
            if kind == TICK or topic != LABELS:
                break
        else:
            to_come = until
            if kind == TICK:
                behind_tick = record.offset + 1
    return min(young, to_come) if behind_tick is None else behind_tick


def latest_time(log: Log, now: float) -> float:
    """Return the latest time that events in a log may have: that of its ticks may be simulated."""
    times = (
        _now(record.value)
        for partition in range(log.partitions(DESK))
        for record in last_records(log, DESK, partition)
        if record.key == STATE_KEY
    )
    return max([now, *times]) + DAY_S  # upstreams may take local times for UTC


def _now(desk: bytes | None) -> float:
    """Return the time of a partition, from the record of its desk."""
    try:
        return _decode_desk(desk or b"{}").now
    except (ValueError, RecursionError):
        return -math.inf


def _records(reader: Follower, until: int) -> Iterator[Record]:
    while records := reader.poll(BATCH, 0.0):
        for record in records:
            if record.offset >= until:
                return
            yield record


def dated(value: bytes | None) -> tuple[str, float | None]:
    """Return type and time of an event; "" and `None` if it is none or has no time."""
    try:
        event = _decode(value or b"")
    except (ValueError, RecursionError):  # no event, or none with a time
        return "", None
    return event.type, event.at
