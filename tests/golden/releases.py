"""The releases whose files are kept here, and a copy of them to work with."""

from __future__ import annotations

import shutil
from pathlib import Path

RELEASES = sorted(Path(__file__).parent.glob("release_*"))


def copied(release: Path, folder: Path) -> Path:
    """Copy a release's files into `folder`; return it."""
    return Path(shutil.copytree(release, folder / release.name))
