"""Dropping old days from an archive, while `poolwise archive` writes to it.

A range is dropped when all of its days are old, from the start of its partition on, so that the
rest stays contiguous. Verdicts and rewards are dropped before decisions, so that a task with a
verdict still has all of its decisions.
"""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from bandit.counted import counted
from bandit.days import DAY_S
from bandit.errors import MissingInput
from streams.archive.columns import EVENTS, NO_DAY
from streams.archive.disk import Disk
from streams.archive.dropped import divided, files_of, stands_for_dropped, write_stand_in
from streams.archive.names import header_of, part_of, ranges_of
from streams.embedded.lock import hold
from streams.log.log import Place
from streams.process.moment import moment
from streams.process.table import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.archive.names import OffsetRange


class Dropped(NamedTuple):
    """Rows, files and bytes dropped from a topic."""

    topic: str
    rows: int
    files: int
    n_bytes: int


class FolderReport(NamedTuple):
    """What was dropped, or would be dropped, from an archive."""

    folder: Path
    before: float
    dropped: tuple[Dropped, ...]
    dry_run: bool

    def lines(self) -> Iterator[str]:
        """Yield the lines for people."""
        topics = [topic for topic in self.dropped if topic.files]
        verb = "would be dropped" if self.dry_run else "dropped"
        if topics:
            rows = ((topic.topic, f"{topic.rows:,}", f"{topic.files:,}") for topic in topics)
            yield from aligned(("topic", f"rows {verb}", "files"), rows)
        total = sum(topic.rows for topic in topics)
        freed = sum(topic.n_bytes for topic in topics)
        yield (
            f"{self.folder}: {counted(total, 'row')} of days before {moment(self.before)} {verb};"
            f" disk space freed: {freed / 1e6:.1f} MB"
        )

    def figures(self) -> dict[str, Any]:
        """Return the same for a program."""
        return {
            "before": self.before,
            "dry_run": self.dry_run,
            "dropped": {topic.topic: topic.rows for topic in self.dropped},
            "files": sum(topic.files for topic in self.dropped),
            "bytes": sum(topic.n_bytes for topic in self.dropped),
        }


def prune_folder(
    folder: Path, before: float, *, dry_run: bool = False, disk: Disk | None = None
) -> FolderReport:
    """Drop the days of an archive that ended before a time, in UTC seconds.

    Raises
    ------
    MissingInput
        If the folder is no archive.
    LogBusy
        If another process prunes it.
    StateError
        If files are duplicated or damaged.
    OSError
        On an error of the disk; the next run does the rest.
    """
    if not any((folder / topic).is_dir() for topic in EVENTS):
        raise MissingInput(f"{folder}: not a folder of poolwise archive")
    disk = Disk() if disk is None else disk
    with closing(hold(folder / ".poolwise", "prune", "prune")):
        dropped = [
            _of_topic(folder, topic, before, disk, dry_run=dry_run)
            for topic in sorted(EVENTS, reverse=True)
        ]
    return FolderReport(folder, before, tuple(dropped), dry_run)


def _of_topic(folder: Path, topic: str, before: float, disk: Disk, *, dry_run: bool) -> Dropped:
    rows = files = n_bytes = 0
    for partition in _partitions(folder, topic):
        place = Place(topic, partition)
        live, left = divided(ranges_of(folder, place))
        old = [*takewhile(lambda files: files.whole and _ended(files, before), live)]
        if any(not stands_for_dropped(files) for files in old):
            rows += sum(header_of(files.done[1]).rows for files in old)
            gone = [*files_of(old)]
        else:
            old, gone = [], []
        gone += files_of(left)  # of a run that was cut short
        files += len(gone)
        n_bytes += sum(path.stat().st_size for path in gone)
        if not dry_run:
            _drop(folder, place, old, gone, disk)
    return Dropped(topic, rows, files, n_bytes)


def _drop(folder: Path, place: Place, old: list[OffsetRange], gone: list[Path], disk: Disk) -> None:
    """Write the stand-in of old ranges, then remove them and the folders that are empty."""
    if old:
        newest = max(day for files in old for day in _days(files))
        stand_in = write_stand_in(folder, newest, place, old[-1], disk)
        gone = [path for path in gone if path != stand_in]
    for path in gone:
        disk.remove(path)
    for day in {path.parent for path in gone}:
        with suppress(OSError):  # others are in it
            day.rmdir()


def _partitions(folder: Path, topic: str) -> list[int]:
    names = (part_of(path.name) for path in folder.glob(f"{topic}/day=*/*{topic}-*"))
    return sorted({name[0].partition for name in names if name and name[0].topic == topic})


def _ended(files: OffsetRange, before: float) -> bool:
    """Whether all days of a range had ended; rows without a day count as old as the rest."""
    limit = f"{datetime.fromtimestamp(before - DAY_S, UTC):%Y-%m-%d}"
    return all(day == NO_DAY or day <= limit for day in _days(files))


def _days(files: OffsetRange) -> list[str]:
    return [path.parent.name.removeprefix("day=") for path in files.done.values()]
