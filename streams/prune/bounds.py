"""How far each partition of an embedded log may be pruned, whatever is old: what still is needed.

Rule: every bound only ever moves up while a worker is at work, so what was found stays true.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import StateError
from streams.archive.columns import EVENTS
from streams.archive.last_archived import last_archived
from streams.embedded.file import one_line_errors
from streams.learner.snapshots import Snapshots
from streams.log.topics import OPERATIONS, REWARDS, SHARED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.log.log import Place


class Bound(NamedTuple):
    """Nothing from `offset` on may go, and why not."""

    offset: int
    why: str


def bounds(
    log: EmbeddedLog, place: Place, archive: Path | None, gone: Collection[str] = ()
) -> Iterator[Bound]:
    """Yield what holds a partition back.

    Parameters
    ----------
    log
        The log.
    place
        The partition.
    archive
        A folder that `poolwise archive` writes this log's events into, or `None` for none.
    gone
        Groups that will read no further.

    Raises
    ------
    StateError
        If the folder is the archive of another log, or isn't whole.
    """
    yield Bound(log.end(*place) - 1, "the last record says what the next offset is")
    if place.topic in SHARED:
        yield from _groups(log, place, gone)
    if place.topic == REWARDS:
        yield _learned(log)
    if place.topic in EVENTS and archive is not None:
        yield _archived(log, place, archive)


def _groups(log: EmbeddedLog, place: Place, gone: Collection[str]) -> Iterator[Bound]:
    """What each group of workers has not read; one that has read only ticks, say, is at 0."""
    with one_line_errors(log.path):
        rows = log.connection.execute(
            "SELECT member_of, max(CASE WHEN topic = ? AND partition = ? THEN position ELSE 0 END)"
            " FROM positions WHERE topic IN (?, ?, ?, ?) GROUP BY member_of",
            (*place, *SHARED, *OPERATIONS),
        ).fetchall()
    rows = [row for row in rows if row[0] not in gone]
    if not rows:
        yield Bound(0, "no worker has read any of it")
    for group, position in rows:
        yield Bound(position, f"group {group!r} has read no further")


def _learned(log: EmbeddedLog) -> Bound:
    """What the newest snapshot has not learned; that before it, should the newest be damaged."""
    with closing(Snapshots(log)) as snapshots:
        snapshots.catch_up()
        found = snapshots.newest_first()
        kept = [one.position for one, _ in zip(found, range(2), strict=False)]
    if not kept:
        return Bound(0, "no snapshot of the learning is whole")
    return Bound(min(kept), "a learner may have to learn it again")


def _archived(log: EmbeddedLog, place: Place, folder: Path) -> Bound:
    """What is not in the archive."""
    kept = last_archived(folder, place)
    if kept.position > log.end(*place):
        msg = f"{folder}: it has more of {place.topic} than the log: it is another log's archive"
        raise StateError(msg)
    if kept.position:
        with closing(log.follow(*place, kept.position - 1)) as look:
            for record in look.poll(1, 0.0):
                kept.check(record, folder)
    return Bound(kept.position, "the archive does not have it yet")
