"""The header of an archive's file: what it says about its range, in its metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as papq

from bandit.errors import LogCorrupt, LogError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_VERSION = 1
"""Of the columns and of the header; a newer one is refused."""

HEADER = b"poolwise"


class ArchiveHeader(msgspec.Struct):
    """What is needed of it: its rows, the last position before them, and what was deleted there."""

    schema: int
    rows: int
    previous: int | None
    lost: tuple[tuple[int, int], ...] = ()


def header_of(path: Path, metadata: Any = None) -> ArchiveHeader:
    """Read the header of a file, or from a file's metadata as Parquet has it.

    Raises
    ------
    LogCorrupt
        If there is none.
    LogError
        If the columns are of a newer version.
    """
    try:
        entries = (papq.read_metadata(path) if metadata is None else metadata).metadata or {}
        header = msgspec.json.decode(entries[HEADER], type=ArchiveHeader)
    except (pa.ArrowException, OSError, KeyError, msgspec.DecodeError) as error:
        raise LogCorrupt(
            f"{path}: not a file of an archive, or damaged; put a copy of it back, or archive the"
            " log into a new folder"
        ) from error
    if header.schema > SCHEMA_VERSION:
        raise LogError(
            f"{path}: its columns are of version {header.schema}, this poolwise reads"
            f" {SCHEMA_VERSION}"
        )
    return header
