"""Deleting old records that are no longer needed from a log file, while a worker runs.

Each partition is pruned in short transactions, oldest records first, so a worker waits only for
moments, and a crash leaves a log that is pruned less far. Compacted topics are left alone: they
always keep only the newest record of each key.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from streams.log.log import Place
from streams.log.topics import TOPICS
from streams.prune.age import first_young
from streams.prune.bounds import bounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.prune.bounds import Bound

BATCH = 5_000
"""Records per transaction: some 50 ms, in which a worker waits."""


class Cut(NamedTuple):
    """Offsets to delete in a partition: from `first` to before `end`; `last` is its last record.

    `why` is the reason why old records from `end` on are kept; empty if there are none.
    """

    place: Place
    first: int
    end: int
    last: int
    why: str

    @property
    def records(self) -> int:
        """Number of records to delete."""
        return self.end - self.first


def cuts(
    log: EmbeddedLog,
    before: float,
    archive: Path | None = None,
    gone: Collection[str] = (),
    *,
    latest: float,
) -> Iterator[Cut]:
    """Yield what to delete in each partition that has records.

    Parameters
    ----------
    log
        The log.
    before
        Records of this time or later are kept, in UTC seconds.
    archive
        Records that are not in this folder yet are kept; `None`: there is no archive.
    gone
        Groups that are no longer used.
    latest
        Times after this one are wrong; as `streams.prune.age.latest_time` gives it.

    Raises
    ------
    StateError
        If the folder is the archive of another log, or incomplete.
    """
    for topic in TOPICS.values():
        if topic.compacted:
            continue
        for partition in range(log.partitions(topic.name)):
            place = Place(topic.name, partition)
            if log.end(*place):
                held = min(bounds(log, place, archive, gone), key=lambda bound: bound.offset)
                yield _cut(log, place, before, latest, held)


def _cut(log: EmbeddedLog, place: Place, before: float, latest: float, held: Bound) -> Cut:
    first, last = log.begin(*place), log.end(*place) - 1
    with closing(log.follow(*place)) as reader:
        young = first_young(reader, place.topic, before, latest, last + 1)
    end = max(first, min(young, held.offset))
    needed = young > held.offset and held.offset < last
    return Cut(place, first, end, last, held.why if needed else "")


def prune_place(log: EmbeddedLog, cut: Cut) -> Iterator[int]:
    """Delete the records of a cut; yield the number of records of each transaction."""
    for first in range(cut.first, cut.end, BATCH):
        yield log.delete_before(*cut.place, min(first + BATCH, cut.end))
