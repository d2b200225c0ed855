"""Checks whether a pool or an order in force has been hidden by a newer record of its key.

By one that isn't valid, or belongs under another key. Both topics are compacted: of each key, the
newest record stays. Workers that run go by the hidden one; those that start later may not find it
any more.
"""

from __future__ import annotations

import time
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from bandit.errors import EventError
from bandit.events import Tick
from streams.clients.feeding import checked
from streams.doctor.findings import DoctorFinding, ok, warning
from streams.log.codec import InputDecoder
from streams.log.topics import CONTROLS, OPERATIONS, TOPIC_OF, key_of

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
    """Name the keys whose newest record hides another; `shown` is the address in a command.

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
            bad += [(record, fault) for record, fault in newest if fault is not None]
    for record, fault in islice(bad, SHOWN):
        verb = "control" if record.topic == CONTROLS else "feed"
        yield warning(
            REFUSED,
            f"the newest record of key {_shown(record.key)} in topic {record.topic} (offset"
            f" {record.offset}) {fault}. What it replaced may hold only until they start again",
            f"give what belongs under this key again with poolwise {verb} {shown}, and mend the"
            " program that wrote into this topic",
        )
    if len(bad) > SHOWN:
        yield warning(REFUSED, f"{len(bad) - SHOWN:,} more such keys", "the same")
    if unread:
        topics = " and ".join(unread)
        yield ok(REFUSED, f"not checked: {topics}, as a topic is read for {limit_s:g} s at most")
    elif not bad:
        yield ok(REFUSED, "the newest record of each is valid")


def _newest(log: Log, topic: str, until: float) -> list[tuple[Record, str | None]] | None:
    """Return the newest record of each key, with what is wrong with it; `None` after `until`."""
    newest: dict[bytes | None, tuple[Record, str | None]] = {}
    with closing(log.follow(topic)) as reader:
        end, decoder = reader.end(), InputDecoder()
        while reader.position < end:
            if time.monotonic() > until:
                return None
            for record in reader.poll(BATCH, 0.1):
                newest[record.key] = record, _fault(record, decoder)
    return list(newest.values())


def _fault(record: Record, decoder: InputDecoder) -> str | None:
    """Return that workers refuse a record, or that its key is another's; `None` if it is right."""
    begins = "is refused by workers:"
    try:
        event = checked(record.value or b"", decoder)
    except EventError as error:
        return f"{begins} {str(error)[:MOST_CHARACTERS]}"
    topic = TOPIC_OF[type(event)]
    if isinstance(event, Tick) or topic != record.topic:
        return f"{begins} {type(event).__name__} belongs in {topic}"
    key = key_of(event)
    if key != record.key:
        return f"belongs under key {_shown(key)[:MOST_CHARACTERS]}, and workers use it for that"
    return None


def _shown(key: bytes | None) -> str:
    return "none" if key is None else repr(key.decode("utf-8", "replace"))
