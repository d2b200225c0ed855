"""Names of the archive's files, and the ranges of offsets that they make up.

A range is a batch of consecutive records of one topic partition. It is split by day into `of` files
that all have its first and last offset in their names, so it is complete only with all of them:

    rewards/day=2026-11-24/rewards-0-000000000000-000000049999-1of2.parquet

Until its bytes are on the disk a file is named `.NAME.tmp`, which readers ignore.
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
"""Version of the columns and of the header; newer ones are refused."""

HEADER = b"poolwise"
"""Key of the header in a file's metadata."""

_NAME = re.compile(r"([a-z]+)-(\d+)-(\d{12,})-(\d{12,})-(\d+)of(\d+)\.parquet")


class RangeHeader(msgspec.Struct, frozen=True):
    """Description of a range, in the metadata of each of its files.

    `previous` is the last offset of the range before, so that a lost range is noticed although
    offsets may have gaps (transaction markers of Kafka). `last_digest` is of the last record's
    value, so that another log is noticed. `lost` are offsets, first and last, whose records the
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
    """The parts of a file's name."""

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
    """The files of a range, by the number of their part: final and temporary ones."""

    first: int
    last: int
    of: int
    done: dict[int, Path]
    temporary: dict[int, Path]

    @property
    def whole(self) -> bool:
        """Whether every part has its final name."""
        return len(self.done) == self.of


def part_of(name: str) -> tuple[PartName, bool] | None:
    """Parse a file's name, and whether it is temporary; `None` for other files.

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
    """List the ranges of a topic partition, complete or not, in the order of their offsets.

    Raises
    ------
    StateError
        If a part is duplicated.
    """
    ranges: dict[tuple[int, int, int], OffsetRange] = {}
    for path in sorted(folder.glob(f"{place.topic}/day=*/*{place.topic}-{place.partition}-*")):
        read = part_of(path.name)
        if read is None or read[0][:2] != place:
            continue
        part, temporary = read
        key = part.first, part.last, part.of
        files = ranges.setdefault(key, OffsetRange(*key, {}, {}))
        parts = files.temporary if temporary else files.done
        if part.part in parts:
            raise StateError(f"{path} and {parts[part.part]} are the same part: remove one of them")
        parts[part.part] = path
    return [ranges[key] for key in sorted(ranges)]


def check_chain(ranges: Sequence[OffsetRange]) -> None:
    """Check that complete ranges follow each other, without a gap or an overlap.

    Raises
    ------
    StateError
        If not; the message names the files.
    """
    before: OffsetRange | None = None
    for files in ranges:
        path = any_file(files)
        if before is not None and files.first <= before.last:
            raise StateError(f"{any_file(before)} and {path} hold the same offsets")
        if files.first != (0 if before is None else before.last + 1):
            previous = header_of(path).previous
            if previous is not None and (before is None or previous != before.last):
                raise StateError(f"{path}: the file before it, ending at {previous}, is missing")
        before = files


def header_of(path: Path) -> RangeHeader:
    """Read the header of a file.

    Raises
    ------
    StateError
        If it is damaged, no file of an archive, or one of a newer version.
    """
    try:
        metadata = papq.read_metadata(path).metadata or {}
        header = msgspec.json.decode(metadata[HEADER], type=RangeHeader)
    except (pa.ArrowException, OSError, KeyError, msgspec.DecodeError) as error:
        raise StateError(
            f"{path}: not a file of an archive, or damaged; put a copy of it back, or archive the"
            " log into a new folder"
        ) from error
    if header.schema > SCHEMA_VERSION:
        raise StateError(
            f"{path}: written by a newer poolwise (version {header.schema} of the columns; this one"
            f" reads up to {SCHEMA_VERSION})"
        )
    return header


def any_file(files: OffsetRange) -> Path:
    """Return a file of a range with its final name."""
    return min(files.done.values())
