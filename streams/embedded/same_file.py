"""Whether an open log is still the file at its path.

SQLite writes into a second file first, `labels.db-wal`, which it finds by the path. Once the log is
moved while it is open, whoever opens it at its new place finds none of that, and may damage it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import LogError

if TYPE_CHECKING:
    from pathlib import Path


class SameFile:
    """The file that is at `path` now.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.db")
    ...     path.touch()
    ...     opened = SameFile(path)
    ...     opened.check()
    ...     print(opened.is_there(), path.rename(path.with_name("old.db")).name, opened.is_there())
    True old.db False
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known = _number(path)

    def is_there(self) -> bool:
        """Whether it still is at its path."""
        return _number(self._path) == self._known

    def check(self) -> None:
        """Refuse to go on with a file that is somewhere else.

        Raises
        ------
        LogError
            If it was moved, replaced or deleted.
        """
        if not self.is_there():
            name = self._path.name
            msg = (
                f"{self._path}: moved, replaced or deleted while it is open, so nothing more is"
                f" written; stop all that use it, move it back beside {name}-wal, which holds its"
                " last records, then start again"
            )
            raise LogError(msg)


def _number(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
