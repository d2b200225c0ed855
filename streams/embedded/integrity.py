"""Integrity of a log's SQLite file: whether its pages belong together, and no record is missing.

They don't where a backup was copied over a log whose `-wal` was left behind: SQLite then reads the
newer pages of that on top of the older ones. Now and then these match, and only offsets show it: in
topics that aren't compacted they have no gaps, since records are deleted from the front alone.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import LogCorrupt
from streams.embedded.file import table

if TYPE_CHECKING:
    from pathlib import Path

CHECK_S = 3.0
"""Longest integrity check: about 3 GB."""


def integrity(connection: sqlite3.Connection, longest_s: float = CHECK_S) -> str | None:
    """Return `ok`, or what is wrong; `None` if the check did not end in time.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from streams.embedded.file import connect
    >>> with TemporaryDirectory() as folder:
    ...     log = connect(Path(folder, "labels.db"), create=True)
    ...     print(integrity(log))
    ...     log.close()
    ok
    """
    until = time.monotonic() + longest_s
    connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    try:
        result = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        return _gap(connection) if result == "ok" else result.splitlines()[-1]
    except sqlite3.DatabaseError as error:
        gone = "no such table" in str(error)
        return None if isinstance(error, sqlite3.OperationalError) and not gone else str(error)
    finally:
        connection.set_progress_handler(None, 0)


def _gap(connection: sqlite3.Connection) -> str:
    """Return where records are missing between others; `ok` if nowhere."""
    topics = connection.execute("SELECT topic, partitions FROM topics WHERE NOT compacted")
    for topic, partitions in topics.fetchall():
        for partition in range(partitions):
            count, offsets = connection.execute(
                'SELECT count(*), ifnull(max("offset") - min("offset") + 1, 0)'
                f" FROM {table(topic, partition)}"
            ).fetchone()
            if count != offsets:
                missing = counted(offsets - count, "record")
                verb = "is" if offsets - count == 1 else "are"
                return f"{topic}/{partition}: {missing} {verb} missing between others"
    return "ok"


def refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse to work on a file whose pages don't belong together.

    Raises
    ------
    LogCorrupt
        If the check finds damage within `CHECK_S`.
    """
    if (found := integrity(connection)) not in {None, "ok"}:
        msg = (
            f"{path}: damaged ({found}); was a backup copied over it, beside the old"
            f" {path.name}-wal? What to do: move {path.name}* away, and restore the backup"
            " (docs/how-to/back-up.md)"
        )
        raise LogCorrupt(msg)
