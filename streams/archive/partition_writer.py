"""Writes one topic partition of an archive: rows in memory, then files.

A range is written in four steps: 1. each of its files is written to the disk under a temporary
name; 2. the folders are synchronized; 3. each file is renamed to its final name; 4. the folders are
synchronized again. A crash in 1 or 2 leaves temporary files, which the next start removes. A crash
in 3 leaves complete files under temporary names, which the next start renames. So a file with its
final name is never changed.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import pyarrow.parquet as papq

from bandit.errors import StateError
from streams.archive.columns import PendingRow, batch_of, day_of, schema_of
from streams.archive.dropped import divided, files_of
from streams.archive.last_archived import LastArchived, digest_of, end_of_chain
from streams.archive.names import HEADER, SCHEMA_VERSION, PartName, RangeHeader, part_of, ranges_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from streams.archive.disk import Disk
    from streams.archive.names import OffsetRange
    from streams.log.log import Log, LostRecords, Place, Record

GROUP_ROWS = 8_192
"""Rows turned into columns at once, and of a row group: some 20 MB as Python's objects."""


class PartitionWriter:
    """The archived ranges of a topic partition, and the rows to be written next.

    Raises
    ------
    StateError
        If files are missing or duplicated; the message names them.
    """

    def __init__(self, folder: Path, place: Place, disk: Disk) -> None:
        self.place = place
        self.waiting = 0
        self.waiting_bytes = 0
        self._folder = folder / place.topic
        self._disk = disk
        self._lost: list[tuple[int, int]] = []
        self._by_day: dict[str, list[PendingRow]] = {}
        self._first = 0
        self._newest = PendingRow(-1, None)
        self._renames: list[tuple[Path, Path]] | None = None  # not written yet
        self._kept = end_of_chain(self._settle(ranges_of(folder, place)))

    @property
    def position(self) -> int:
        """The offset to continue at."""
        return self._kept.position

    @property
    def unfinished(self) -> bool:
        """Whether a range is written but not renamed: only `store` may come next."""
        return self._renames is not None

    def add(self, records: Iterable[Record]) -> None:
        """Add records that follow all others; they stay in memory until `store`."""
        assert not self.unfinished
        for record in records:
            row = PendingRow(record.offset, record.value)
            if not self.waiting:
                self._first = row.offset
            self._by_day.setdefault(day_of(self.place.topic, row.value), []).append(row)
            self._newest = row
            self.waiting += 1
            self.waiting_bytes += len(row.value or b"")

    def store(self) -> int:
        """Write the rows in memory as one range; return the number of files.

        Raises
        ------
        OSError
            On an error of the disk. The rows are kept; call this again later.
        """
        if not self.waiting:
            return 0
        if self._renames is None:
            self._renames = self._write()
        files = len(self._renames)
        self._finish(self._renames)
        self._renames = None
        self._kept = LastArchived(self._newest.offset, digest_of(self._newest.value))
        self._by_day, self._lost = {}, []
        self.waiting = self.waiting_bytes = 0
        return files

    def lose(self, lost: LostRecords) -> None:
        """Record in the next range what the log deleted before it was read."""
        self._lost.append((lost.first, lost.end - 1))

    def check_last(self, log: Log) -> None:
        """Check that a log has the last archived record, or had: it may be deleted.

        Raises
        ------
        StateError
            If the archive belongs to another log.
        """
        self._kept.check(log, self.place, self._folder.parent)

    def _settle(self, ranges: Sequence[OffsetRange]) -> list[OffsetRange]:
        """Finish or remove what a crash left; return the complete ranges."""
        whole = []
        live, dropped = divided(ranges)
        for path in files_of(dropped):
            self._disk.remove(path)
        for files in live:
            if not files.done:
                for path in files.temporary.values():
                    self._disk.remove(path)
                continue
            lost = set(range(1, files.of + 1)) - files.done.keys() - files.temporary.keys()
            if lost:
                beside = min(files.done.values())
                raise StateError(f"{beside}: part {min(lost)} of {files.of} is missing")
            self._finish([(path, _named(path)) for path in files.temporary.values()])
            done = files.done | {number: _named(path) for number, path in files.temporary.items()}
            whole.append(files._replace(done=done))
        return whole

    def _write(self) -> list[tuple[Path, Path]]:
        """Write every file under its temporary name; return the renames to do."""
        renames = []
        header = RangeHeader(
            schema=SCHEMA_VERSION,
            topic=self.place.topic,
            partition=self.place.partition,
            first=self._first,
            last=self._newest.offset,
            rows=self.waiting,
            previous=self._kept.last if self.position else None,
            last_digest=digest_of(self._newest.value),
            lost=tuple(self._lost),
        )
        metadata = {HEADER: msgspec.json.encode(header)}
        schema = schema_of(self.place.topic).with_metadata(metadata)
        days = sorted(self._by_day)
        try:
            self._disk.make_folder(self._folder)
            for number, day in enumerate(days, start=1):
                part = PartName(*self.place, header.first, header.last, number, len(days))
                folder = self._folder / f"day={day}"
                self._disk.make_folder(folder)
                renames.append((folder / part.temporary, folder / part.name))
                with (
                    self._disk.new_file(folder / part.temporary) as file,
                    papq.ParquetWriter(file, schema, compression="zstd") as writer,
                ):
                    for rows in _groups(self._by_day[day]):
                        writer.write_batch(batch_of(self.place.topic, rows))
            self._sync({old.parent for old, _ in renames} | {self._folder, self._folder.parent})
        except OSError:
            for old, _ in renames:
                with suppress(OSError):  # the next start removes it
                    self._disk.remove(old)
            raise
        return renames

    def _finish(self, renames: Sequence[tuple[Path, Path]]) -> None:
        """Rename the files, except those that an earlier try renamed."""
        for old, new in renames:
            if not new.exists():
                self._disk.rename(old, new)
        self._sync({new.parent for _, new in renames})

    def _sync(self, folders: Iterable[Path]) -> None:
        for folder in sorted(folders):
            self._disk.sync_folder(folder)


def _groups(rows: Sequence[PendingRow]) -> Iterator[list[PendingRow]]:
    left = iter(rows)
    while group := list(islice(left, GROUP_ROWS)):
        yield group


def _named(temporary: Path) -> Path:
    parsed = part_of(temporary.name)
    assert parsed is not None
    return temporary.with_name(parsed[0].name)
