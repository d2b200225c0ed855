"""Ranges that were dropped from an archive because they are old, and what stands for them.

In their place is a file without rows, a range like any other, that ends where they ended and says
of all its positions that they are lost. So the folder stays one chain, for every reader of this
format. It gets its name before any of the others is removed: what it covers is dropped, whether it
is still there or not.
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
    """The ranges of a partition that count, and those that were dropped but are still there."""

    live: list[OffsetRange]
    dropped: list[OffsetRange]


def divided(ranges: Sequence[OffsetRange]) -> Divided:
    """Divide ranges, which are in the order of their positions.

    Raises
    ------
    StateError
        If a file can't be read that must be.
    """
    live: list[OffsetRange] = []
    dropped: list[OffsetRange] = []
    for one in sorted(ranges, key=lambda one: (one.first, -one.last)):
        over = live[-1] if live and one.last <= live[-1].last else None
        if over is not None and one.done and not over.done:  # begun, and never given its name
            dropped.append(live.pop())
            over = None
        covered = over is not None and stands_for_dropped(over)
        (dropped if covered else live).append(one)
    return Divided(live, dropped)


def stands_for_dropped(one: OffsetRange) -> bool:
    """Whether a range has no rows, but stands where others stood."""
    return one.of == 1 and one.whole and header_of(any_file(one)).rows == 0


def write_stand_in(folder: Path, day: str, place: Place, last: OffsetRange, disk: Disk) -> Path:
    """Write the file that stands for all ranges up to `last`, in the folder of a day; its path."""
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
    """Yield the files of ranges, those without a name yet too."""
    for one in ranges:
        yield from one.done.values()
        yield from one.temporary.values()
