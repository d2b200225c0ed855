"""The SQLite file of an embedded log: its schema, its creation, and its errors.

A partition is one table, `labels/0`, whose primary key is the offset: appends go to the right edge
of its B-tree, reads are one range. In a compacted topic the key is unique too. `topics` lists the
tables, `positions` the committed positions of groups, `members` the generation of each group,
`dictionaries` the compression dictionaries of larger values. A file keeps the schema version that
it was created with.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import LogCorrupt, LogError, MissingInput
from streams.log.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from streams.config.log_settings import Synchronous
    from streams.log.topics import Topic

APPLICATION_ID = 0x706F6F6C
"""`pool` in ASCII: marks an SQLite file as ours."""

PLAIN = 1
"""Schema version of the first release, which stores every value uncompressed."""

COMPRESSED = 2
"""Schema version whose values may be compressed: see `streams.embedded.values`."""

BUSY_S = 30.0
"""Longest wait for another process's transaction; one of `poolwise feed` takes under a second."""

sqlite3.register_adapter(bytes, bytes)
"""Without an adapter, Python looks for one in three places for each value, which takes as long as
storing it; `bytes` returns what it is given."""


def table(topic: str, partition: int) -> str:
    """Return the name of a partition's table, quoted.

    Examples
    --------
    >>> table("labels", 0)
    '"labels/0"'
    """
    return f'"{topic}/{partition}"'


@contextmanager
def one_line_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as `LogError`s of one line that name the file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "no such table" in str(error):
            msg = f"{path}: not a poolwise log, or damaged ({error})"
            raise LogCorrupt(msg) from error
        msg = f"{path}: {error}{advice(path, error)}"
        raise LogError(msg) from error


def advice(path: Path, error: sqlite3.Error) -> str:
    """Return what to do about an error, to end its line; nothing where that is unknown."""
    code = getattr(error, "sqlite_errorname", "")
    if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
        if not path.parent.is_dir():
            return f"; the folder {path.parent} does not exist; create it first"
        if path.is_dir():
            return "; this is a folder; name a file in it"
        return "; the file and its folder must be writable, even for reading"
    if code.startswith("SQLITE_BUSY"):
        return "; another process is writing; try again"
    if code.startswith("SQLITE_IOERR"):
        return "; the disk is full or broken, or files are limited in size (ulimit -f); mend that"
    return "; free some space" if code.startswith("SQLITE_FULL") else ""


def connect(
    path: Path,
    *,
    partitions: int | None = None,
    create: bool = False,
    synchronous: Synchronous = "FULL",
    version: int = COMPRESSED,
) -> sqlite3.Connection:
    """Open the log at `path`; with `create`, create it with schema `version` if it is missing.

    Raises
    ------
    MissingInput
        If there is no log, and `create` is false.
    LogCorrupt
        If the file is not a log, or is damaged.
    LogError
        If it has another number of partitions than `partitions`, or a newer schema version.
    """
    if not create and not path.exists():
        msg = f"{path}: there is no log here"
        raise MissingInput(msg)
    mode = "rwc" if create else "rw"
    with one_line_errors(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_S,
        )
    try:
        with one_line_errors(path):
            _open(connection, path, partitions, version if create else None)
            connection.execute(f"PRAGMA synchronous = {synchronous}")
    except BaseException:
        connection.close()
        raise
    return connection


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of a file."""
    return _pragma(connection, "user_version")


def _open(
    connection: sqlite3.Connection, path: Path, partitions: int | None, create: int | None
) -> None:
    if _is_new(connection):
        if create is None:
            msg = f"{path}: there is no log here yet: the file is empty"
            raise MissingInput(msg)
        _use_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if _is_new(connection):  # no other process has created it meanwhile
                _create(connection, partitions or 1, create)
    application = _pragma(connection, "application_id")
    if application != APPLICATION_ID:
        msg = f"{path}: not a poolwise log, but another program's SQLite file"
        raise LogCorrupt(msg)
    version = version_of(connection)
    if version not in (PLAIN, COMPRESSED):
        msg = (
            f"{path}: the file has schema version {version}, but this poolwise reads only"
            f" {PLAIN} and {COMPRESSED}; what to do: install the version that created it, or newer"
        )
        raise LogError(msg)
    if _missing(connection):
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            _add_topics(connection, _partitions(connection), _missing(connection))
    existing = _partitions(connection)
    if partitions not in (None, existing):
        msg = (
            f"{path}: this log has {counted(existing, 'partition')}, not {partitions}; the number"
            " is fixed when a log is created"
        )
        raise LogError(msg)


def _create(connection: sqlite3.Connection, partitions: int, version: int) -> None:
    connection.execute(
        "CREATE TABLE topics (topic TEXT PRIMARY KEY, partitions INTEGER NOT NULL,"
        " compacted INTEGER NOT NULL) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE positions (member_of TEXT, topic TEXT, partition INTEGER,"
        " position INTEGER NOT NULL, PRIMARY KEY (member_of, topic, partition)) WITHOUT ROWID"
    )
    connection.execute(
        "CREATE TABLE members (member_of TEXT PRIMARY KEY, generation INTEGER NOT NULL)"
        " WITHOUT ROWID"
    )
    if version == COMPRESSED:
        connection.execute(
            "CREATE TABLE dictionaries (number INTEGER PRIMARY KEY, topic TEXT NOT NULL,"
            " partition INTEGER NOT NULL, since INTEGER NOT NULL, content BLOB NOT NULL)"
        )
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {version}")
    _add_topics(connection, partitions, TOPICS.values())


def _missing(connection: sqlite3.Connection) -> list[Topic]:
    """Return topics that are missing from a log of an earlier poolwise."""
    there = {name for (name,) in connection.execute("SELECT topic FROM topics")}
    return [topic for topic in TOPICS.values() if topic.name not in there]


def _add_topics(connection: sqlite3.Connection, partitions: int, topics: Iterable[Topic]) -> None:
    compressed = version_of(connection) == COMPRESSED
    for topic in topics:
        count = partitions if topic.split else 1
        connection.execute(
            "INSERT INTO topics VALUES (?, ?, ?)", (topic.name, count, topic.compacted)
        )
        for partition in range(count):
            name = table(topic.name, partition)
            unique = " NOT NULL UNIQUE" if topic.compacted else ""
            more = ", dictionary INTEGER" if compressed and not topic.compacted else ""
            connection.execute(
                f'CREATE TABLE {name} ("offset" INTEGER PRIMARY KEY, key BLOB{unique},'
                f" value BLOB{more})"
            )
            if topic.compacted:  # finds old tombstones
                index = f'"{topic.name}/{partition} deleted"'
                connection.execute(f'CREATE INDEX {index} ON {name} ("offset") WHERE value IS NULL')


def _is_new(connection: sqlite3.Connection) -> bool:
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    return empty and _pragma(connection, "application_id") == 0


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait if another process does the same."""
    give_up = time.monotonic() + BUSY_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def _partitions(connection: sqlite3.Connection) -> int:
    """Return the number of partitions of the topics by task."""
    return int(connection.execute("SELECT max(partitions) FROM topics").fetchone()[0])
