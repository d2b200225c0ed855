"""Dropping old days from an archive, beside an `archive` that goes on writing.

A range goes when all of its days are old, from the front of its partition on, so that what is left
is one piece. Verdicts and rewards go before decisions: a task whose verdict is still there has the
decisions that it had.
"""

from __future__ import annotations

from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from bandit.errors import MissingInput
from streams.archive.columns import EVENTS, NO_DAY
from streams.archive.disk import Disk
from streams.archive.dropped import divided, files_of, stands_for_dropped, write_stand_in
from streams.archive.names import header_of, part_of, ranges_of
from streams.embedded.lock import hold
from streams.log.log import Place
from streams.log.retention import DAY_S
from streams.process.showing import counted
from streams.prune.before import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.archive.names import OffsetRange


class Dropped(NamedTuple):
    """What went of a topic: rows, files and their bytes."""

    topic: str
    rows: int
    files: int
    n_bytes: int


class FolderReport(NamedTuple):
    """What went, or would go, of an archive."""

    folder: Path
    before: float
    dropped: tuple[Dropped, ...]
    dry_run: bool

    def lines(self) -> Iterator[str]:
        """Yield the lines for a person."""
        for one in self.dropped:
            if one.files:
                yield f"{one.topic:12} {one.rows:>11,} rows in {counted(one.files, 'file')}"
        rows = sum(one.rows for one in self.dropped)
        freed = sum(one.n_bytes for one in self.dropped)
        verb = "would be dropped" if self.dry_run else "dropped"
        yield (
            f"{self.folder}: {counted(rows, 'row')} of days before {shown(self.before)} {verb},"
            f" {freed / 1e6:.1f} MB"
        )

    def figures(self) -> dict[str, Any]:
        """Return the same for a program."""
        return {
            "before": self.before,
            "dry_run": self.dry_run,
            "dropped": {one.topic: one.rows for one in self.dropped},
            "files": sum(one.files for one in self.dropped),
            "bytes": sum(one.n_bytes for one in self.dropped),
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
        If files are there twice, or damaged.
    OSError
        If the disk refuses: what is dropped by then is, and the next run does the rest.
    """
    if not any((folder / topic).is_dir() for topic in EVENTS):
        raise MissingInput(f"{folder}: there is no archive here")
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
        old = [*takewhile(lambda one: one.whole and _ended(one, before), live)]
        if any(not stands_for_dropped(one) for one in old):
            rows += sum(header_of(one.done[1]).rows for one in old)
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
    """Write what stands for old ranges, then remove them and the folders that are empty."""
    if old:
        newest = max(day for one in old for day in _days(one))
        stand_in = write_stand_in(folder, newest, place, old[-1], disk)
        gone = [path for path in gone if path != stand_in]
    for path in gone:
        disk.remove(path)
    for day in {path.parent for path in gone}:
        with suppress(OSError):  # others are in it
            day.rmdir()


def _partitions(folder: Path, topic: str) -> list[int]:
    names = (part_of(path.name) for path in folder.glob(f"{topic}/day=*/*{topic}-*"))
    return sorted({found[0].partition for found in names if found and found[0].topic == topic})


def _ended(one: OffsetRange, before: float) -> bool:
    """Whether all days of a range had ended; what has no day is as old as the rest."""
    limit = f"{datetime.fromtimestamp(before - DAY_S, UTC):%Y-%m-%d}"
    return all(day == NO_DAY or day <= limit for day in _days(one))


def _days(one: OffsetRange) -> list[str]:
    return [path.parent.name.removeprefix("day=") for path in one.done.values()]
