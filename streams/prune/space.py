"""The size of a log file, and returning its free space to the disk.

SQLite reuses the pages of deleted records, so a pruned file stops growing; more cannot be done
while a worker runs. To become smaller it is rewritten (`VACUUM`) under an exclusive lock: 1.4 s
where 41 MB are left. Returning pages in small steps (`auto_vacuum = INCREMENTAL`) took over three
minutes for 205 MB, because it moves each page by itself.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import LogBusy
from streams.embedded.file import one_line_errors
from streams.embedded.lock import hold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.embedded.log import EmbeddedLog


class Size(NamedTuple):
    """Bytes of a log's file, and how many of them are free for new records."""

    n_bytes: int
    free: int


def size_of(log: EmbeddedLog) -> Size:
    """Return the size of a log."""
    with one_line_errors(log.path):
        page, pages, free = (
            int(log.connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count")
        )
    return Size(page * pages, page * free)


@contextmanager
def nobody_at_work(log: EmbeddedLog) -> Iterator[None]:
    """Lock out workers and learners.

    Raises
    ------
    LogBusy
        If one is running.
    """
    with one_line_errors(log.path):
        groups = [row[0] for row in log.connection.execute("SELECT member_of FROM members")]
    with ExitStack() as stack:
        for name in [*groups, *(f"{group}-learner" for group in groups)]:
            try:
                stack.enter_context(closing(hold(log.path, name)))
            except LogBusy as error:
                msg = f"{log.path}: {name!r} is running: stop it first, or leave out --rewrite"
                raise LogBusy(msg) from error
        yield


def rewrite(log: EmbeddedLog) -> None:
    """Rewrite the file without its free space; meanwhile this takes as much disk space again.

    Raises
    ------
    LogError
        If the disk is full, or another process writes for too long.
    """
    with one_line_errors(log.path):
        log.connection.execute("VACUUM")
        log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
