"""Parquet in stores other than a folder: `hdfs://`, `s3://` and what else Arrow can open.

Who may read them is said where each store's own client looks for it (`AWS_ACCESS_KEY_ID`,
`HADOOP_HOME` and so on), on every machine that reads.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import fs

from bandit.errors import InputError, MissingInput
from replay.tables.formats.unreadable import unreadable

if TYPE_CHECKING:
    import os

SCHEMES = ("file", "hdfs", "viewfs", "s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss")

URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")

PARQUET = (".parquet", ".pq")


def is_remote(source: str | os.PathLike[str]) -> bool:
    """Whether a source is written as a URI.

    Examples
    --------
    >>> is_remote("s3a://bucket/days"), is_remote("sqlite:log.db"), is_remote("days/*.csv")
    (True, False, False)
    """
    return isinstance(source, str) and URI.match(source) is not None


def remote_files(uri: str) -> list[str]:
    """List the files that a URI names: itself, or those in its folder by name.

    Raises
    ------
    MissingInput
        If there is none.
    InputError
        If the store isn't known, can't be reached, or the files aren't Parquet.
    """
    match = URI.match(uri)
    assert match is not None
    scheme = match[1].lower()
    if scheme not in SCHEMES:
        raise InputError(f"{uri}: no store is known as {scheme}://; known: {', '.join(SCHEMES)}")
    if any(mark in uri for mark in "*?["):
        raise InputError(f"{uri}: a pattern works on this machine's files only; name the folder")
    try:
        store, path = fs.FileSystem.from_uri(as_arrow(uri))
        info = store.get_file_info(path)
        if info.type == fs.FileType.NotFound:
            raise MissingInput(f"{uri}: no such file")
        if info.type == fs.FileType.Directory:
            infos = store.get_file_info(fs.FileSelector(path))
            names = sorted(info.base_name for info in infos if _is_log(info))
            if not names:
                raise MissingInput(f"{uri}: no Parquet in this folder")
            return [f"{uri.rstrip('/')}/{name}" for name in names]
    except (pa.ArrowException, OSError) as error:
        raise unreadable(uri, error) from error
    if not uri.lower().endswith(PARQUET):
        raise InputError(f"{uri}: is read only as Parquet (.parquet), in a store")
    if not info.size:
        raise MissingInput(f"{uri}: the file is empty")
    return [uri]


def as_arrow(path: str) -> str:
    """Write a path as Arrow knows it: Hadoop calls S3 by other names.

    Examples
    --------
    >>> as_arrow("s3a://bucket/day.parquet"), as_arrow("day.parquet")
    ('s3://bucket/day.parquet', 'day.parquet')
    """
    return re.sub(r"^s3[an]://", "s3://", path, flags=re.IGNORECASE)


def _is_log(info: Any) -> bool:
    return bool(info.type == fs.FileType.File and info.base_name.lower().endswith(PARQUET))
