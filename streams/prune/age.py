"""How old the records at the front of a partition are, by what stands in them.

An embedded log doesn't say when a record was written, so its event does: `at`. What comes from
outside may bear any time; but in `labels` the workers' ticks stand among the rest, one a second, so
there what is before an old tick is old, and other times count only where no tick is. As Kafka does,
we stop at the first record that is young: what is behind it stays, however old.
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
    """As much of an event as is asked for here."""

    type: str = ""
    at: float | None = None


_decode = msgspec.json.Decoder(_Dated).decode
TICK = Tick.__struct_config__.tag


def first_young(reader: Follower, topic: str, before: float, until: int) -> int:
    """Return the offset of the first record of `before` or later; `until`, if all are older.

    Parameters
    ----------
    reader
        Stands at the front of the partition; it is read as far as is needed.
    topic
        What the partition is of.
    before
        A time in UTC seconds.
    until
        No record from this offset on is looked at.
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
    """Return type and time of an event; "" and `None` of what is none."""
    try:
        found = _decode(value or b"")
    except (ValueError, RecursionError):  # no event, or none with a time
        return "", None
    return found.type, found.at
