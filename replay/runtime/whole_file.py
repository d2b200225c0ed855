"""Atomic file writes: a file is replaced whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from bandit.errors import InputError


def check_place(path: Path) -> None:
    """Check that a file can be written at a path, before there is work to be lost.

    Raises
    ------
    InputError
        If its folder isn't there, or it is a folder or a device itself.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: is a device or a pipe; name a file")
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} isn't there; make it first")


def write_whole(path: Path, text: str) -> None:
    """Write a file beside `path`, then put it in its place: nobody ever finds half of it.

    Raises
    ------
    InputError
        If it can't be written there; what was there is as it was.
    """
    check_place(path)
    place = path.resolve()  # what a link leads to is replaced, not the link
    try:
        with NamedTemporaryFile(
            "wb", dir=place.parent, prefix=f".{place.name}.", delete=False
        ) as file:
            beside = Path(file.name)
            try:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
                beside.chmod(_mode(place))
                beside.replace(place)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from error


def _mode(place: Path) -> int:
    """Rights that the file has already, or would get if it were made anew."""
    if place.exists():
        return place.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
