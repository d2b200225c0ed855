"""Checks whether a pool or an order in force has been hidden by a newer record that isn't valid.

Both topics are compacted: of each key, the newest record stays. Workers that run go by the valid
one before; those that start later may not find it any more.
"""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from bandit.errors import EventError
from streams.clients.feeding import checked
from streams.doctor.findings import DoctorFinding, ok, warning
from streams.log.codec import InputDecoder
from streams.log.topics import CONTROLS, OPERATIONS, TOPIC_OF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log.log import Log, Record

REFUSED = "pools and orders"
BATCH = 1000
SHOWN = 5
"""Keys that are named."""
MOST_CHARACTERS = 200
"""Of a reason, which may quote the record."""


def refused(log: Log, shown: str, limit_s: float) -> Iterator[DoctorFinding]:
    """Name the keys whose newest record workers refuse; `shown` is the address in a command.

    A topic is read for at most `limit_s`. Of one that takes longer nothing is said: which records
    are the newest isn't known before its end.
    """
    bad: list[tuple[Record, str]] = []
    unread: list[str] = []
    for topic in OPERATIONS:
        newest = _newest(log, topic, time.monotonic() + limit_s)
        if newest is None:
            unread.append(topic)
        else:
            bad += [(record, why) for record, why in newest if why is not None]
    for record, why in islice(bad, SHOWN):
        key = "none" if record.key is None else repr(record.key.decode("utf-8", "replace"))
        verb = "control" if record.topic == CONTROLS else "feed"
        yield warning(
            REFUSED,
            f"the newest record of key {key} in topic {record.topic} (offset {record.offset}) is"
            f" refused by workers: {why[:MOST_CHARACTERS]}. What it replaced may hold only until"
            " they start again",
            f"give it again with poolwise {verb} {shown}, and mend the program that wrote into this"
            " topic",
        )
    if len(bad) > SHOWN:
        yield warning(REFUSED, f"{len(bad) - SHOWN:,} more such keys", "the same")
    if unread:
        topics = " and ".join(unread)
        yield ok(REFUSED, f"not checked: {topics}, as a topic is read for {limit_s:g} s at most")
    elif not bad:
        yield ok(REFUSED, "the newest record of each is valid")


def _newest(log: Log, topic: str, until: float) -> list[tuple[Record, str | None]] | None:
    """Return the newest record of each key, with why workers refuse it; `None` after `until`."""
    newest: dict[bytes | None, tuple[Record, str | None]] = {}
    with closing(log.follow(topic)) as reader:
        end, decoder = reader.end(), InputDecoder()
        while reader.position < end:
            if time.monotonic() > until:
                return None
            for record in reader.poll(BATCH, 0.1):
                newest[record.key] = record, _why(record, decoder)
    return list(newest.values())


def _why(record: Record, decoder: InputDecoder) -> str | None:
    """Return why workers refuse a record; `None` if they don't."""
    try:
        event = checked(record.value or b"", decoder)
    except EventError as error:
        return str(error)
    belongs = TOPIC_OF[type(event)]
    return None if belongs == record.topic else f"{type(event).__name__} belongs in {belongs}"
