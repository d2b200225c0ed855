"""The release before, from git: its files in a folder, to be run with the packages of this one."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from typing import TYPE_CHECKING

from tests.faults.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = "6c12fae"
"""The last commit before streams were made to run for months."""


def release_before(folder: Path) -> Path | None:
    """Return the folder with the release before; `None` where git has no such commit."""
    command = [
        "git",
        "-C",
        str(ROOT),
        "archive",
        BEFORE,
        "bandit",
        "streams",
        "replay",
        "poolwise.py",
    ]
    found = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if found.returncode:
        return None
    with tarfile.open(fileobj=BytesIO(found.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder
