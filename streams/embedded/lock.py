"""Lock of a group's one worker or a name's one writer, released when its process ends.

It is an SQLite lock on an empty file beside the log: it works wherever SQLite does, between
processes and within one, and `kill -9` releases it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from bandit.errors import LogBusy, LogError
from streams.config.log_settings import BETWEEN
from streams.embedded.file import one_line_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Holder = Literal["worker of group", "writer", "prune", "shadow"]
"""What holds a lock, as errors call it."""

ANY_GROUP = f"workers{BETWEEN}"
"""Name of the lock that a worker holds beside the one of its group; no group can have it."""


def lock_file(path: Path, name: str) -> Path:
    """Return the path of the lock file of `name`, for the log at `path`.

    Examples
    --------
    >>> from pathlib import Path
    >>> lock_file(Path("labels.db"), "my group").name
    'labels.db.my%20group.lock'
    """
    return path.with_name(f"{path.name}.{quote(name, safe='')}.lock")


def hold(path: Path, name: str, what: Holder = "worker of group") -> sqlite3.Connection:
    """Take the lock of `name` on the log at `path`; it is held until the result is closed.

    Raises
    ------
    LogBusy
        If another `what` holds it.
    LogError
        If the lock file can't be created or used.
    """
    lock = lock_file(path, name)
    with one_line_errors(lock):
        connection = sqlite3.connect(lock, isolation_level=None, timeout=0.0)
    try:
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        connection.close()
        code = getattr(error, "sqlite_errorname", "")
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            msg = (
                f"{path}: another {what} {name!r} is at work on this log; stop it first, or use"
                " another log"
            )
            raise LogBusy(msg) from error
        if code == "SQLITE_NOTADB":
            msg = f"{lock}: not a lock file of poolwise; if no worker is running, move it away"
            raise LogError(msg) from error
        with one_line_errors(lock):
            raise
    return connection


@contextmanager
def only_worker(path: Path) -> Iterator[None]:
    """Keep workers of other groups away: each would decide about every task.

    Raises
    ------
    LogBusy
        If one is at work.
    """
    try:
        lock = hold(path, ANY_GROUP)
    except LogBusy as error:
        msg = (
            f"{path}: a worker of another group (log.group) is at work on this log, and both would"
            " buy the same labels; stop it first, or use another log"
        )
        raise LogBusy(msg) from error
    with closing(lock):
        yield
