"""Which files a source names: a path or URI, a list of them, a glob or folder; all of one kind."""

from __future__ import annotations

import os
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandit.errors import InputError, MissingInput
from replay.tables.formats.partitions import is_partition
from replay.tables.formats.remote import is_remote, remote_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
}


def kind_of(path: Path) -> str | None:
    """What a file is by its name: `csv`, `tsv`, `parquet`, `json`, or `None`.

    Examples
    --------
    >>> kind_of(Path("men.csv.gz"))
    'csv'
    """
    plain = path.with_suffix("") if path.suffix == ".gz" else path
    return SUFFIXES.get(plain.suffix.lower())


def files_of(source: Any) -> tuple[str, list[str]]:
    """List the files that a source names, and their kind; those of a folder or glob by name.

    Raises
    ------
    MissingInput
        If there is no such file, nothing in the folder, or a file is empty.
    InputError
        If a file is of a kind that isn't known or named twice, or there are several kinds.
    """
    named = [source] if isinstance(source, str | os.PathLike) else list(source)
    files = [file for path in named for file in _files(path)]
    if not files:
        raise MissingInput("an empty list of files")
    seen: set[str] = set()
    for file in files:
        if file in seen:
            raise InputError(f"{file}: named twice, its rows would count twice")
        seen.add(file)
        if not is_remote(file):
            check_file(Path(file))
    return _kind(files), files


def check_file(path: Path) -> None:
    """Refuse what isn't a file with something in it, with the reason."""
    if path.is_dir():
        raise InputError(f"{path}: is a directory, not a file")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise MissingInput(f"{path}: the file is empty")


def _files(source: Any) -> Sequence[str]:
    if not isinstance(source, str | os.PathLike):
        raise InputError(f"can't read a table from {type(source).__name__} in a list of files")
    if is_remote(source):
        return remote_files(str(source))
    path = Path(source)
    if path.is_dir():
        paths = sorted(_inside(path))
        if not paths:
            raise MissingInput(
                f"{path}: no log in this folder: looked for {', '.join(SUFFIXES)}, also .gz"
                f" (those in folders below: {path / '**' / '*.parquet'})"
            )
        return [str(file) for file in paths]
    if path.exists() or not any(mark in str(path) for mark in "*?["):
        return [str(path)]
    matched = sorted(Path(name) for name in glob(str(path), recursive=True))  # noqa: PTH207 - a pattern may be absolute
    if not matched:
        raise MissingInput(f"{path}: no file matches")
    return [str(file) for file in matched if file.is_file()]


def _inside(folder: Path) -> Iterator[Path]:
    """Files of a folder, and of the folders in it that are called as partitions are."""
    for entry in folder.iterdir():
        if entry.is_dir() and is_partition(entry.name):
            yield from _inside(entry)
        elif entry.is_file() and kind_of(entry):
            yield entry


def _kind(files: Sequence[str]) -> str:
    kinds: dict[str, str] = {}
    for file in files:
        kind = kind_of(Path(file))
        if kind is None:
            raise InputError(
                f"{file}: can't tell what it is by its name; known: {', '.join(SUFFIXES)}, also .gz"
            )
        kinds.setdefault(kind, file)
    if len(kinds) > 1:
        first, second, *_ = kinds.values()
        raise InputError(f"{first} and {second} are of different kinds: read one kind at a time")
    return next(iter(kinds))
