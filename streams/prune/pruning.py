"""Deleting what is old and no longer needed from an embedded log, beside a worker that is at work.

Each partition goes in short transactions, oldest records first, so a worker waits for moments and a
crash leaves a log that is pruned less far. Compacted topics are left alone: of each key they keep
the newest record only, always.
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
"""Records a transaction: some 50 ms, in which a worker waits."""


class Cut(NamedTuple):
    """What may go of a partition: from `first` up to, not with, `end`; `last` is its last record.

    `why` says what keeps old records behind `end`; it is empty where nothing does.
    """

    place: Place
    first: int
    end: int
    last: int
    why: str

    @property
    def records(self) -> int:
        """How many records may go."""
        return self.end - self.first


def cuts(
    log: EmbeddedLog, before: float, archive: Path | None = None, gone: Collection[str] = ()
) -> Iterator[Cut]:
    """Yield what may go of each partition; one that was never written to is left out.

    Parameters
    ----------
    log
        The log.
    before
        What is of this time or later stays, in UTC seconds.
    archive
        Nothing goes that this folder doesn't have yet; `None`: there is no archive.
    gone
        Groups that will read no further, so nothing waits for them.

    Raises
    ------
    StateError
        If the folder is the archive of another log, or isn't whole.
    """
    for topic in TOPICS.values():
        if topic.compacted:
            continue
        for partition in range(log.partitions(topic.name)):
            place = Place(topic.name, partition)
            if log.end(*place):
                held = min(bounds(log, place, archive, gone), key=lambda one: one.offset)
                yield _cut(log, place, before, held)


def _cut(log: EmbeddedLog, place: Place, before: float, held: Bound) -> Cut:
    first, last = log.begin(*place), log.end(*place) - 1
    with closing(log.follow(*place)) as reader:
        young = first_young(reader, place.topic, before, last + 1)
    end = max(first, min(young, held.offset))
    needed = young > held.offset and held.offset < last
    return Cut(place, first, end, last, held.why if needed else "")


def prune_place(log: EmbeddedLog, cut: Cut) -> Iterator[int]:
    """Delete what may go of a partition; yield how many records, transaction after transaction."""
    for first in range(cut.first, cut.end, BATCH):
        yield log.delete_before(*cut.place, min(first + BATCH, cut.end))
