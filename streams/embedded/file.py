"""The file of an embedded log: its tables, how it is made, and what can be wrong with it.

A topic's partition is one table, `labels/0`, whose primary key is the offset: appends go to its
right edge, reads are one range. A compacted topic has its key unique besides. `topics` says which
tables there are, `positions` how far each group has read, `members` who joined last, `dictionaries`
what larger values were compressed with. A file keeps the version that it was made with.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bandit.errors import LogCorrupt, LogError, MissingInput
from streams.log.topics import TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from streams.config.log_settings import Synchronous
    from streams.log.topics import Topic

APPLICATION_ID = 0x706F6F6C
"""`pool` in ASCII: what marks an SQLite file as ours."""

PLAIN = 1
"""Version of the tables of the first release, which keeps every value as it came."""

COMPRESSED = 2
"""Version of the tables whose values may be compressed: see `streams.embedded.values`."""

BUSY_S = 30.0
"""How long a writer waits for another's transaction; a feeder's takes well under a second."""


def table(topic: str, partition: int) -> str:
    """Name of a partition's table, quoted.

    Examples
    --------
    >>> table("labels", 0)
    '"labels/0"'
    """
    return f'"{topic}/{partition}"'


@contextmanager
def one_line_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into errors of the one tree that name the file."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or "no such table" in str(error):
            msg = f"{path}: not a poolwise log, or damaged ({error})"
            raise LogCorrupt(msg) from error
        msg = f"{path}: {error}{_advice(path, code)}"
        raise LogError(msg) from error


def _advice(path: Path, code: str) -> str:
    """What to do about an error of SQLite's, as the end of its message."""
    if code.startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
        if not path.parent.is_dir():
            return f"; there is no folder {path.parent}: make it first"
        if path.is_dir():
            return "; it is a folder: name a file in it"
        return "; a log needs its file and folder writable, to be read too"
    if code.startswith("SQLITE_BUSY"):
        return "; another process is writing, try again"
    return "; make room on the disk" if code.startswith("SQLITE_FULL") else ""


def connect(
    path: Path,
    *,
    partitions: int | None = None,
    create: bool = False,
    synchronous: Synchronous = "FULL",
    version: int = COMPRESSED,
) -> sqlite3.Connection:
    """Open the log at `path`, making it first, of a `version`, if `create` and there is none.

    Raises
    ------
    MissingInput
        If there is none and it isn't to be made.
    LogCorrupt
        If the file is something else, or damaged.
    LogError
        If it has another number of partitions than `partitions`, or was made by a newer poolwise.
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
    """Version of a file's tables."""
    return _pragma(connection, "user_version")


def _open(
    connection: sqlite3.Connection, path: Path, partitions: int | None, make: int | None
) -> None:
    if _is_new(connection):
        if make is None:
            msg = f"{path}: there is no log here yet, the file is empty"
            raise MissingInput(msg)
        _use_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            if _is_new(connection):  # nobody else made it in between
                _make(connection, partitions or 1, make)
    application = _pragma(connection, "application_id")
    if application != APPLICATION_ID:
        msg = f"{path}: not a poolwise log, but another program's SQLite file"
        raise LogCorrupt(msg)
    version = version_of(connection)
    if version not in (PLAIN, COMPRESSED):
        msg = (
            f"{path}: its tables are of version {version}, this poolwise knows"
            f" {PLAIN} and {COMPRESSED}"
        )
        raise LogError(msg)
    if _missing(connection):
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            _add_topics(connection, _split_ways(connection), _missing(connection))
    have = _split_ways(connection)
    if partitions not in (None, have):
        msg = (
            f"{path}: this log has {have} partitions and {partitions} were asked for: "
            "the number is fixed when a log is made"
        )
        raise LogError(msg)


def _make(connection: sqlite3.Connection, partitions: int, version: int) -> None:
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
    """Topics that a log of an earlier poolwise hasn't."""
    there = {name for (name,) in connection.execute("SELECT topic FROM topics")}
    return [topic for topic in TOPICS.values() if topic.name not in there]


def _add_topics(connection: sqlite3.Connection, partitions: int, topics: Iterable[Topic]) -> None:
    compressed = version_of(connection) == COMPRESSED
    for topic in topics:
        ways = partitions if topic.split else 1
        connection.execute(
            "INSERT INTO topics VALUES (?, ?, ?)", (topic.name, ways, topic.compacted)
        )
        for partition in range(ways):
            name = table(topic.name, partition)
            unique = " NOT NULL UNIQUE" if topic.compacted else ""
            more = ", dictionary INTEGER" if compressed and not topic.compacted else ""
            connection.execute(
                f'CREATE TABLE {name} ("offset" INTEGER PRIMARY KEY, key BLOB{unique},'
                f" value BLOB{more})"
            )
            if topic.compacted:  # finds the tombstones that are old enough to go
                index = f'"{topic.name}/{partition} deleted"'
                connection.execute(f'CREATE INDEX {index} ON {name} ("offset") WHERE value IS NULL')


def _is_new(connection: sqlite3.Connection) -> bool:
    empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    return empty and _pragma(connection, "application_id") == 0


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite doesn't wait here when somebody else does the same."""
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


def _split_ways(connection: sqlite3.Connection) -> int:
    """How many ways the topics by task are split."""
    return int(connection.execute("SELECT max(partitions) FROM topics").fetchone()[0])
