"""Offsets from which on a partition of a log file must not be pruned, as the records are needed.

Rule: every bound only moves up while a worker runs, so it stays valid.
"""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

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
    """Records from `offset` on must be kept, and why."""

    offset: int
    why: str


def bounds(
    log: EmbeddedLog, place: Place, archive: Path | None, gone: Collection[str] = ()
) -> Iterator[Bound]:
    """Yield the bounds of a partition.

    Parameters
    ----------
    log
        The log.
    place
        The partition.
    archive
        A folder that `poolwise archive` writes this log's events into, or `None` for none.
    gone
        Groups that are no longer used.

    Raises
    ------
    StateError
        If the folder is the archive of another log, or incomplete.
    """
    yield Bound(log.end(*place) - 1, "the last record of a partition is always kept")
    if place.topic in SHARED:
        yield from _groups(log, place, gone)
    if place.topic == REWARDS:
        yield _learned(log)
    if place.topic in EVENTS and archive is not None:
        yield _archived(log, place, archive)


def _groups(log: EmbeddedLog, place: Place, gone: Collection[str]) -> Iterator[Bound]:
    """Bounds of the groups of workers; a group that has read only ticks, for example, is at 0."""
    with one_line_errors(log.path):
        rows = log.connection.execute(
            "SELECT member_of, max(CASE WHEN topic = ? AND partition = ? THEN position ELSE 0 END)"
            " FROM positions WHERE topic IN (?, ?, ?, ?) GROUP BY member_of",
            (*place, *SHARED, *OPERATIONS),
        ).fetchall()
    rows = [row for row in rows if row[0] not in gone]
    if not rows:
        yield Bound(0, "no worker has read them")
    for group, position in rows:
        yield Bound(position, f"group {group!r} has not read them")


def _learned(log: EmbeddedLog) -> Bound:
    """Bound of the learner: the older of the last two snapshots, in case the newest is damaged."""
    with closing(Snapshots(log)) as snapshots:
        snapshots.catch_up()
        newest = islice(snapshots.newest_first(), 2)
        positions = [snapshot.position for snapshot in newest]
    if not positions:
        return Bound(0, "there is no complete snapshot of the model")
    return Bound(min(positions), "the learner may have to learn them again")


def _archived(log: EmbeddedLog, place: Place, folder: Path) -> Bound:
    """Bound of the archive."""
    kept = last_archived(folder, place)
    kept.check(log, place, folder)
    return Bound(kept.position, "they are not in the archive yet")
