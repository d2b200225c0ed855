"""An embedded log's SQLite file, read-only.

The file's tables are a contract with `streams`: a topic's partition is the table `TOPIC/N` with
the columns offset, key, value (an event as JSON), and `topics` says how many partitions there
are. In files of version 2 a further column, dictionary, says which row of `dictionaries` a value
was compressed with by zstd, or NULL; topics that are `compacted`, of which only the newest record
of each key is kept, are never compressed and don't have it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

import zstandard

from bandit.errors import LogCorrupt, LogError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAGIC = b"SQLite format 3\0"
APPLICATION_ID = 0x706F6F6C
PLAIN = 1
COMPRESSED = 2
"""The versions of the tables."""


def is_own_log(path: Path) -> bool:
    """Whether a file is SQLite's, by its first bytes."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


class LogFile:
    """An embedded log as it was when it was opened, though a worker may be writing.

    Raises
    ------
    LogCorrupt
        If it is another program's file, or damaged.
    LogError
        If its tables are of another version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left_out: tuple[str, ...] = ()
        self.deleted = 0
        self._decompressors: dict[int, zstandard.ZstdDecompressor] = {}
        with self._one_line():
            uri = f"{path.absolute().as_uri()}?{_mode(path)}"
            self._db = sqlite3.connect(uri, uri=True, isolation_level=None)
            self._check()
            self._db.execute("BEGIN")  # one snapshot

    def values(self, topic: str) -> Iterator[bytes]:
        """Yield the records of a topic, partition after partition, in their order."""
        with self._one_line():
            partitions, is_compacted = self._db.execute(
                "SELECT partitions, compacted FROM topics WHERE topic = ?", (topic,)
            ).fetchone() or (0, 0)
            compressed = self._version == COMPRESSED and not is_compacted
            for partition in range(partitions):
                table = f'"{topic}/{partition}"'
                column = "dictionary" if compressed else "NULL"
                for value, number in self._db.execute(
                    f"SELECT value, {column} FROM {table} WHERE value IS NOT NULL"  # noqa: S608 - ours
                    ' ORDER BY "offset"'
                ):
                    yield value if number is None else self._decompressor(number).decompress(value)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _check(self) -> None:
        application = self._one("PRAGMA application_id")
        if application != APPLICATION_ID:
            raise LogCorrupt(f"{self.path}: not a poolwise log, but another program's SQLite file")
        self._version = self._one("PRAGMA user_version")
        if self._version not in (PLAIN, COMPRESSED):
            raise LogError(
                f"{self.path}: its tables are of version {self._version}, this poolwise knows"
                f" {PLAIN} and {COMPRESSED}"
            )

    def _decompressor(self, number: int) -> zstandard.ZstdDecompressor:
        if number not in self._decompressors:
            row = self._db.execute(
                "SELECT content FROM dictionaries WHERE number = ?", (number,)
            ).fetchone()
            content = zstandard.ZstdCompressionDict(row[0] if row else b"")
            self._decompressors = {number: zstandard.ZstdDecompressor(dict_data=content)}
        return self._decompressors[number]

    def _one(self, sql: str) -> int:
        return int(self._db.execute(sql).fetchone()[0])

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except zstandard.ZstdError as error:
            raise LogCorrupt(f"{self.path}: damaged: {error}") from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorname", "")
            if code.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
                raise LogError(
                    f"{self.path}: can't be read where nothing may be written ({error}): "
                    "copy it with its -wal file to a folder that is yours"
                ) from error
            if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "no such" in str(error):
                raise LogCorrupt(
                    f"{self.path}: not a poolwise log, or damaged ({error})"
                ) from error
            if code.startswith(("SQLITE_IOERR", "SQLITE_FULL")):
                raise LogError(
                    f"{self.path}: {error}: is the disk full? To read it takes a small file beside"
                    " it; make room, or copy it with its -wal file to another disk"
                ) from error
            raise LogError(f"{self.path}: {error}") from error


def _mode(path: Path) -> str:
    """Read-only; where nothing may be written and no writer left anything, not to change at all.

    SQLite wants to put two files beside a log to read it.
    """
    beside = path.with_name(path.name + "-wal")
    left = beside.exists() and beside.stat().st_size > 0
    return "mode=ro" if left or os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
