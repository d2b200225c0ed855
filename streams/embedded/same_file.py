"""Whether an open log is still the file at its path, beside the second file that SQLite opened.

SQLite writes into a second file first, `labels.db-wal`, which it finds by the path. Once the log is
moved while it is open, whoever opens it at its new place finds none of that, and may damage it. If
`labels.db-wal` is deleted, whoever opens the log then starts a new one, and either process loses
what the other writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import LogError

if TYPE_CHECKING:
    from pathlib import Path


class SameFile:
    """The file that is at `path` now, and its `-wal`, which SQLite has opened.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.db")
    ...     path.touch()
    ...     opened = SameFile(path)
    ...     opened.check()
    ...     print(opened.trouble(), path.rename(path.with_name("old.db")).name)
    ...     print(opened.trouble().split(";")[0])
    None old.db
    labels.db was moved, replaced or deleted
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        beside = path.resolve()  # where SQLite has it, if the log is a link
        self._wal = beside.with_name(f"{beside.name}-wal")
        self._known, size = _number_and_size(path)
        self._known_wal, _ = _number_and_size(self._wal)
        self._had_pages = size > 0

    def trouble(self) -> str | None:
        """Return what happened to the files and what to do; `None` if they are there."""
        name, wal = self._path.name, self._wal.name
        number, size = _number_and_size(self._path)
        if number != self._known:
            return (
                f"{name} was moved, replaced or deleted; stop all that use it, move it back beside"
                f" {wal}, which holds its last records, then start again"
            )
        if _number_and_size(self._wal)[0] != self._known_wal:
            return (
                f"{wal}, which holds the last records, was moved, replaced or deleted; stop all"
                " that use the log, then move it back, or restore a backup if that can't be done"
                " (docs/how-to/back-up.md)"
            )
        if self._had_pages and not size:
            return (
                f"{name} was emptied; stop all that use it, then restore a backup"
                " (docs/how-to/back-up.md)"
            )
        self._had_pages = size > 0
        return None

    def check(self) -> None:
        """Refuse to go on with files that are somewhere else.

        Raises
        ------
        LogError
            If one was moved, replaced, deleted or emptied.
        """
        if trouble := self.trouble():
            msg = (
                f"{self._path}: not the file any more that was opened, so nothing more is written:"
                f" {trouble}"
            )
            raise LogError(msg)


def _number_and_size(path: Path) -> tuple[tuple[int, int] | None, int]:
    try:
        found = path.stat()
    except OSError:
        return None, 0
    return (found.st_dev, found.st_ino), found.st_size
