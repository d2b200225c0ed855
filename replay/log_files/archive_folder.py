"""An archive: a folder of Parquet files that `poolwise archive` writes, read in their order.

The folder is a contract with `streams`, which writes it (`streams/archive/names.py` says more):

    TOPIC/day=DAY/TOPIC-PARTITION-FIRST-LAST-KofN.parquet

A range of positions is whole if all its N files are there; the header in a file's metadata names
the position before its range, so that a lost range is noticed. A range at the end that isn't whole
is being written: it is left out and named. A file without rows stands for ranges that `poolwise
prune` dropped, whether they are there still or not. Anything else that is missing is an error,
because a task without some of its decisions would be judged wrongly without a sign.
"""

from __future__ import annotations

import re
import time
from heapq import merge
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import LogCorrupt, MissingInput
from replay.log_files.archive_header import header_of
from replay.log_files.archive_rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

TOPICS = ("verdicts", "rewards", "decisions")
"""What is archived, in the order to list it: what is listed of a task that has its verdict has all
of its decisions then, though the archive is being written."""

LOOKS = 3
"""A folder may change while it is listed: what looks lost is looked for again."""

LOOK_S = 0.2

_NAME = re.compile(r"([a-z]+)-(\d+)-(\d{12,})-(\d{12,})-(\d+)of(\d+)\.parquet")


class FileRange(NamedTuple):
    """The files of consecutive positions of one partition, by the number of their part."""

    partition: int
    first: int
    last: int
    of: int
    parts: dict[int, Path]


class MissingEvents(Exception):
    """Files are missing, or too many."""


def is_archive(path: Path) -> bool:
    """Whether a folder is an archive's, by the folders in it."""
    return any((path / topic).is_dir() for topic in TOPICS)


def check_whole(path: Path) -> None:
    """Check that a folder isn't one topic of an archive.

    Raises
    ------
    MissingInput
        If it is.
    """
    if path.name in TOPICS and path.is_dir() and any(path.glob(f"day=*/{path.name}-*")):
        raise MissingInput(f"{path}: a part of an archive; give the whole: {path.parent}")


class ArchiveFolder:
    """The whole ranges of an archive as they are when it is opened.

    Raises
    ------
    LogCorrupt
        If files are missing or there twice; the message names them.
    LogError
        If its columns are of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.deleted = 0
        self._ranges: dict[str, list[FileRange]] = {}
        left_out: list[str] = []
        for topic in TOPICS:
            whole, rest = self._listed(topic)
            self._ranges[topic] = whole
            left_out += rest
        self.left_out = tuple(left_out)

    def values(self, topic: str) -> Iterator[bytes]:
        """Yield the records of a topic, partition after partition, in their order."""
        for range_ in self._ranges[topic]:
            for _, value in merge(
                *(rows_of(path, topic, len(range_.parts)) for path in range_.parts.values()),
                key=itemgetter(0),
            ):
                if value is not None:
                    yield value

    def close(self) -> None:
        """Nothing is open between two reads."""

    def _listed(self, topic: str) -> tuple[list[FileRange], list[str]]:
        """List the ranges that are whole, and the names of files that belong to none."""
        for look in range(LOOKS):
            try:
                return self._look(topic)
            except MissingEvents as error:
                if look == LOOKS - 1:
                    raise LogCorrupt(str(error)) from error
                time.sleep(LOOK_S)
        raise AssertionError

    def _look(self, topic: str) -> tuple[list[FileRange], list[str]]:
        ranges: dict[tuple[int, int, int, int], FileRange] = {}
        for path in sorted(self.path.glob(f"{topic}/day=*/{topic}-*.parquet")):
            match = _NAME.fullmatch(path.name)
            if match is None:
                continue
            partition, first, last, part, of = map(int, match.groups()[1:])
            key = (partition, first, last, of)
            range_ = ranges.setdefault(key, FileRange(*key, {}))
            if part in range_.parts:
                raise MissingEvents(
                    f"{path} and {range_.parts[part]} are the same part: remove one of them"
                )
            range_.parts[part] = path
        whole, rest, deleted = [], [], 0
        before: FileRange | None = None
        for range_ in _live(ranges.values()):
            if before is not None and before.partition != range_.partition:
                before = None
            deleted += self._check(before, range_)
            before = range_
            if len(range_.parts) == range_.of:
                whole.append(range_)
            else:
                rest += [path.name for path in range_.parts.values()]
        self.deleted += deleted
        return whole, rest

    def _check(self, before: FileRange | None, range_: FileRange) -> int:
        """Check that a range follows the one before; how many ranges the log deleted before it."""
        path = min(range_.parts.values())
        if before is not None and len(before.parts) != before.of:
            beside = min(before.parts.values())
            raise MissingEvents(f"{beside}: another of its {before.of} parts is missing")
        if before is not None and range_.first <= before.last:
            raise MissingEvents(f"{min(before.parts.values())} and {path} hold the same positions")
        if range_.first == (0 if before is None else before.last + 1):
            return 0
        header = header_of(path)
        if header.previous is not None and (before is None or header.previous != before.last):
            raise MissingEvents(
                f"{path}: the file before it, that ends at {header.previous}, is missing"
            )
        return len(header.lost)


def _live(ranges: Iterable[FileRange]) -> Iterator[FileRange]:
    """Yield ranges in their order, without those for which a file without rows stands."""
    stand_in: FileRange | None = None
    for range_ in sorted(ranges, key=lambda range_: (range_.partition, range_.first, -range_.last)):
        over = stand_in is not None and stand_in.partition == range_.partition
        if stand_in is not None and over and range_.last <= stand_in.last:
            continue
        if (
            range_.first == 0
            and range_.of == len(range_.parts) == 1
            and not header_of(range_.parts[1]).rows
        ):
            stand_in = range_
        yield range_
