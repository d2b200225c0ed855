"""The room that a log takes on its disk, and giving back what is free in it.

SQLite uses the pages of deleted records again, so a file that is pruned stops growing, and that is
all that can be done beside a worker. To make it smaller it is written anew (`VACUUM`), which keeps
everybody out: 1.4 s where 41 MB are left. Giving pages back little by little
(`auto_vacuum = INCREMENTAL`) took over three minutes for 205 MB: each page is moved by itself.
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
    """Return how large a log is."""
    with one_line_errors(log.path):
        page, pages, free = (
            int(log.connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_size", "page_count", "freelist_count")
        )
    return Size(page * pages, page * free)


@contextmanager
def nobody_at_work(log: EmbeddedLog) -> Iterator[None]:
    """Keep workers and learners out.

    Raises
    ------
    LogBusy
        If one is at work.
    """
    with one_line_errors(log.path):
        groups = [row[0] for row in log.connection.execute("SELECT member_of FROM members")]
    with ExitStack() as stack:
        for name in [*groups, *(f"{group}-learner" for group in groups)]:
            try:
                stack.enter_context(closing(hold(log.path, name)))
            except LogBusy as error:
                msg = f"{log.path}: {name!r} is at work: stop it first, or leave out --rewrite"
                raise LogBusy(msg) from error
        yield


def rewrite(log: EmbeddedLog) -> None:
    """Write the file anew without what is free in it; that takes as much room again, for a while.

    Raises
    ------
    LogError
        If the disk is full, or somebody writes for longer than we wait.
    """
    with one_line_errors(log.path):
        log.connection.execute("VACUUM")
        log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
