"""Integrity of an SQLite file: whether its pages belong together.

They don't where a backup was copied over a log whose `-wal` was left behind: SQLite then reads the
newer pages of that on top of the older ones.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

from bandit.errors import LogCorrupt

if TYPE_CHECKING:
    from pathlib import Path

CHECK_S = 3.0
"""Longest integrity check: about 3 GB."""


def integrity(connection: sqlite3.Connection, longest_s: float = CHECK_S) -> str | None:
    """Return `ok`, or what is wrong; `None` if the check did not end in time.

    Examples
    --------
    >>> integrity(sqlite3.connect(":memory:"))
    'ok'
    """
    until = time.monotonic() + longest_s
    connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    try:
        result = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        return result.splitlines()[-1]  # the first of two names the database
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        return str(error)
    finally:
        connection.set_progress_handler(None, 0)


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
