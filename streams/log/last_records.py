"""The last records of a partition, for commands that look at a log from outside."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.log.log import Log, Record

BATCH = 1000
LAST = 200
"""Offsets at the end of a partition that are read."""


def last_records(log: Log, topic: str, partition: int, last: int | None = LAST) -> Iterator[Record]:
    """Yield the committed records among the last offsets of a partition, or all with `None`."""
    with closing(log.follow(topic, partition)) as reader:
        end = reader.end()
    begin = 0 if last is None else max(0, end - last)
    with closing(log.follow(topic, partition, begin)) as reader:
        while reader.position < end:
            records = reader.poll(BATCH, 0.2)
            yield from records
            if not records and reader.position < end:
                return  # what follows is not committed yet
