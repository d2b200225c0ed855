"""Names of the archive's files, and what a folder of them holds: ranges of positions.

A range is a batch of consecutive records of one topic partition. It is cut by day into `of` files
that all carry its first and last position, so it is whole only if all of them are there:

    rewards/day=2026-11-24/rewards-0-000000000000-000000049999-1of2.parquet

Until its bytes are on the disk a file is called `.NAME.tmp`, which no reader takes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as papq

from bandit.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from streams.log.log import Place

SCHEMA_VERSION = 1
"""Of the columns and of the header; a newer one is refused."""

HEADER = b"poolwise"
"""Key of the header in a file's metadata."""

_NAME = re.compile(r"([a-z]+)-(\d+)-(\d{12,})-(\d{12,})-(\d+)of(\d+)\.parquet")


class RangeHeader(msgspec.Struct, frozen=True):
    """What a file says about its range.

    `previous` is the last position of the range before, so that a lost range is noticed though
    positions may have gaps (transaction markers of Kafka's). `last_digest` is of the last record's
    value, so that another log is noticed. `lost` are positions, first and last, whose records the
    log deleted before they were read.
    """

    schema: int
    topic: str
    partition: int
    first: int
    last: int
    rows: int
    previous: int | None
    last_digest: str
    lost: tuple[tuple[int, int], ...] = ()


class PartName(NamedTuple):
    """What a file's name says."""

    topic: str
    partition: int
    first: int
    last: int
    part: int
    of: int

    @property
    def name(self) -> str:
        """Name of the file.

        Examples
        --------
        >>> PartName("rewards", 0, 0, 999, 1, 2).name
        'rewards-0-000000000000-000000000999-1of2.parquet'
        """
        of = f"{self.part}of{self.of}"
        return f"{self.topic}-{self.partition}-{self.first:012}-{self.last:012}-{of}.parquet"

    @property
    def temporary(self) -> str:
        """Name of the file while it is written."""
        return f".{self.name}.tmp"


class OffsetRange(NamedTuple):
    """The files of a range, by the number of their part: those with a name, and temporary ones."""

    first: int
    last: int
    of: int
    done: dict[int, Path]
    temporary: dict[int, Path]

    @property
    def whole(self) -> bool:
        """Whether every part has its name."""
        return len(self.done) == self.of


def part_of(name: str) -> tuple[PartName, bool] | None:
    """Read a file's name, and whether it is temporary; `None` if it is none of ours.

    Examples
    --------
    >>> part_of(".rewards-0-000000000000-000000000999-1of2.parquet.tmp")
    (PartName(topic='rewards', partition=0, first=0, last=999, part=1, of=2), True)
    """
    temporary = name.startswith(".") and name.endswith(".tmp")
    match = _NAME.fullmatch(name[1:-4] if temporary else name)
    if match is None:
        return None
    topic, *numbers = match.groups()
    partition, first, last, part, of = map(int, numbers)
    good = first <= last and 1 <= part <= of
    return (PartName(topic, partition, first, last, part, of), temporary) if good else None


def ranges_of(folder: Path, place: Place) -> list[OffsetRange]:
    """List the ranges of a topic partition, whole or not, in the order of their positions.

    Raises
    ------
    StateError
        If a part is there twice.
    """
    found: dict[tuple[int, int, int], OffsetRange] = {}
    for path in sorted(folder.glob(f"{place.topic}/day=*/*{place.topic}-{place.partition}-*")):
        read = part_of(path.name)
        if read is None or read[0][:2] != place:
            continue
        part, temporary = read
        key = part.first, part.last, part.of
        one = found.setdefault(key, OffsetRange(*key, {}, {}))
        kept = one.temporary if temporary else one.done
        if part.part in kept:
            raise StateError(f"{path} and {kept[part.part]} are the same part: remove one of them")
        kept[part.part] = path
    return [found[key] for key in sorted(found)]


def check_chain(ranges: Sequence[OffsetRange]) -> None:
    """Check that whole ranges follow each other, none lost and none twice.

    Raises
    ------
    StateError
        If not; the message names the files.
    """
    before: OffsetRange | None = None
    for one in ranges:
        path = any_file(one)
        if before is not None and one.first <= before.last:
            raise StateError(f"{any_file(before)} and {path} hold the same positions")
        if one.first != (0 if before is None else before.last + 1):
            previous = header_of(path).previous
            if previous is not None and (before is None or previous != before.last):
                raise StateError(f"{path}: the file before it, that ends at {previous}, is missing")
        before = one


def header_of(path: Path) -> RangeHeader:
    """Read what a file says about its range.

    Raises
    ------
    StateError
        If it isn't a whole file of an archive, or one of a newer version.
    """
    try:
        found = papq.read_metadata(path).metadata or {}
        header = msgspec.json.decode(found[HEADER], type=RangeHeader)
    except (pa.ArrowException, OSError, KeyError, msgspec.DecodeError) as error:
        raise StateError(f"{path}: not a file of an archive, or damaged") from error
    if header.schema > SCHEMA_VERSION:
        raise StateError(
            f"{path}: its columns are of version {header.schema}, this poolwise writes"
            f" {SCHEMA_VERSION}"
        )
    return header


def any_file(one: OffsetRange) -> Path:
    """Return a file of a range that has its name."""
    return min(one.done.values())
