"""All calls that change the archive's disk: a crash or a full disk may interrupt them."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO


class Disk:
    """The real disk; its errors name the path."""

    def make_folder(self, path: Path) -> None:
        """Create a folder unless it exists; its parent exists."""
        with _named(path):
            path.mkdir(exist_ok=True)

    @contextmanager
    def new_file(self, path: Path) -> Iterator[BinaryIO]:
        """Yield a file to write to; when the block ends, its bytes are on the disk."""
        with _named(path), path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())

    def rename(self, old: Path, new: Path) -> None:
        """Rename a file."""
        with _named(new):
            old.rename(new)

    def remove(self, path: Path) -> None:
        """Remove a file if it exists."""
        with _named(path):
            path.unlink(missing_ok=True)

    def sync_folder(self, path: Path) -> None:
        """Wait until the names in a folder are on the disk, where the system supports it."""
        if os.name != "posix":  # elsewhere a folder can't be opened
            return
        with _named(path):
            number = os.open(path, os.O_RDONLY)
            try:
                os.fsync(number)
            finally:
                os.close(number)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Add the path to an error without one, as those of writing are."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise
