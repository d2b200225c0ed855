"""A real file system of a few megabytes, to be filled."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from functools import wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
DISK = "POOLWISE_SMALL_DISK"
"""Where the disk is, inside the name space that has it."""

KILOBYTES = 24_000
NOT_MOUNTED = 77
MOUNT = f'mount -t tmpfs -o size={KILOBYTES}k tmpfs "$0" || exit {NOT_MOUNTED}; exec "$@"'
PIECE = b"\0" * 4096


def on_a_small_disk(test: Callable[..., None]) -> Callable[..., None]:
    """Run a test by a pytest of its own, in a name space where `disk()` is a small disk.

    Where mounting one needs more rights than we have, it is skipped with what the system says.
    """

    @wraps(test)
    def run(**fixtures: object) -> None:
        if DISK in os.environ:
            test(**fixtures)
            return
        this = os.environ["PYTEST_CURRENT_TEST"].removesuffix(" (call)")
        with TemporaryDirectory() as folder:
            disk, temporary = Path(folder, "disk"), Path(folder, "temporary")
            disk.mkdir()
            unshare = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT]
            python = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
            try:
                done = subprocess.run(
                    [*unshare, str(disk), *python, f"--basetemp={temporary}", this],
                    cwd=ROOT,
                    env=os.environ | {DISK: str(disk)},
                    capture_output=True,
                    text=True,
                    check=False,
                )
            except FileNotFoundError as error:
                pytest.skip(f"no small disk can be mounted here: {error}")
        if done.returncode == NOT_MOUNTED or "unshare:" in done.stderr:
            pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
        assert done.returncode == 0, done.stdout

    return run


def disk() -> Path:
    """Return the path of the small disk."""
    return Path(os.environ[DISK])


def fill(leave: int) -> Path:
    """Fill the disk but for some bytes; the file that does it, to be removed."""
    ballast = disk() / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with suppress(OSError):
            while file.write(PIECE) == len(PIECE):
                pass
        written = file.tell()
        assert written > leave, "the disk was full before"
        file.truncate(written - leave)
    return ballast
