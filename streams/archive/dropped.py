"""Ranges that were dropped from an archive because they are old, and their stand-in.

The stand-in is a file without rows, a range like any other, that ends where they ended and marks
all its offsets as lost. So the folder stays one chain, for every reader of this format. It gets its
name before the others are removed: whatever it covers is dropped, even if it still exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pyarrow.parquet as papq

from streams.archive.columns import schema_of
from streams.archive.names import HEADER, SCHEMA_VERSION, PartName, RangeHeader, any_file, header_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from streams.archive.disk import Disk
    from streams.archive.names import OffsetRange
    from streams.log.log import Place


class Divided(NamedTuple):
    """The valid ranges of a partition, and dropped ones whose files still exist."""

    live: list[OffsetRange]
    dropped: list[OffsetRange]


def divided(ranges: Sequence[OffsetRange]) -> Divided:
    """Divide ranges, which are ordered by their offsets.

    Raises
    ------
    StateError
        If a file cannot be read.
    """
    live: list[OffsetRange] = []
    dropped: list[OffsetRange] = []
    for files in sorted(ranges, key=lambda files: (files.first, -files.last)):
        over = live[-1] if live and files.last <= live[-1].last else None
        if over is not None and files.done and not over.done:  # begun, and never given its name
            dropped.append(live.pop())
            over = None
        covered = over is not None and stands_for_dropped(over)
        (dropped if covered else live).append(files)
    return Divided(live, dropped)


def stands_for_dropped(files: OffsetRange) -> bool:
    """Whether a range is the stand-in of dropped ranges."""
    return files.of == 1 and files.whole and header_of(any_file(files)).rows == 0


def write_stand_in(folder: Path, day: str, place: Place, last: OffsetRange, disk: Disk) -> Path:
    """Write the stand-in of all ranges up to `last` in the folder of a day; return its path."""
    digest = header_of(last.done[1]).last_digest
    header = RangeHeader(
        schema=SCHEMA_VERSION,
        topic=place.topic,
        partition=place.partition,
        first=0,
        last=last.last,
        rows=0,
        previous=None,
        last_digest=digest,
        lost=((0, last.last),),
    )
    part = PartName(*place, 0, last.last, 1, 1)
    there = folder / place.topic / f"day={day}"
    schema = schema_of(place.topic).with_metadata({HEADER: msgspec.json.encode(header)})
    with (
        disk.new_file(there / part.temporary) as file,
        papq.ParquetWriter(file, schema, compression="zstd"),
    ):
        pass
    disk.sync_folder(there)
    disk.rename(there / part.temporary, there / part.name)
    disk.sync_folder(there)
    return there / part.name


def files_of(ranges: Sequence[OffsetRange]) -> Iterator[Path]:
    """Yield the files of ranges, including temporary ones."""
    for files in ranges:
        yield from files.done.values()
        yield from files.temporary.values()
