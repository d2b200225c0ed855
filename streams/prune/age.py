"""The age of the records at the start of a partition, by the times in their events.

A log file does not store when a record was written, so the event's `at` is used. Events from
outside may have any time; but `labels` also has the workers' ticks, one a second, so there a record
before an old tick is old, and other times count only where there is no tick. As in Kafka, the
first young record ends the search: records after it are kept, however old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.events import Tick
from streams.log.topics import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log.log import Follower, Record

BATCH = 1000


class _Dated(msgspec.Struct):
    """The fields of an event that are needed here."""

    type: str = ""
    at: float | None = None


_decode = msgspec.json.Decoder(_Dated).decode
TICK = Tick.__struct_config__.tag


def first_young(reader: Follower, topic: str, before: float, until: int) -> int:
    """Return the offset of the first record of `before` or later; `until` if all are older.

    Parameters
    ----------
    reader
        A reader at the start of the partition; it is read as far as needed.
    topic
        Topic of the partition.
    before
        A time in UTC seconds.
    until
        Offset to stop at.
    """
    young, behind_tick = until, None
    for record in _records(reader, until):
        kind, at = dated(record.value)
        if at is None:
            continue
        if kind == TICK and at < before:
            behind_tick = record.offset + 1
        if at >= before:
            young = min(young, record.offset)
            if kind == TICK or topic != LABELS:
                break
    return young if behind_tick is None else behind_tick


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
