"""The releases whose files are kept here, and a copy of them to work with."""

from __future__ import annotations

import shutil
from pathlib import Path

import zstandard

RELEASES = sorted(Path(__file__).parent.glob("release_*"))


def copied(release: Path, folder: Path) -> Path:
    """Copy a release's files into `folder`, its log as it was; return that folder."""
    copy = Path(shutil.copytree(release, folder / release.name))
    packed = copy / "log.db.zst"
    if packed.exists():
        (copy / "log.db").write_bytes(zstandard.ZstdDecompressor().decompress(packed.read_bytes()))
        packed.unlink()
    return copy
