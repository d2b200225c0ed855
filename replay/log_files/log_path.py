"""The path of a log that was named to a command, and what is said where it is none."""

from __future__ import annotations

from pathlib import Path

from bandit.errors import LogCorrupt, LogError, MissingInput
from replay.log_files.log_file import is_own_log

NO_LOG = (
    "not a poolwise log, or damaged: a log is the file of a worker, or a folder of poolwise"
    " archive. Tables are read by poolwise evaluate (decisions), savings and labelers (labels) and"
    " forecast --table (timestamps)"
)


def log_path(source: str | Path) -> Path:
    """Return the path of an embedded log or of a folder, which may be an archive.

    Raises
    ------
    MissingInput
        If there is nothing there, the file is empty, or it is an address of Kafka.
    LogCorrupt
        If it is a file that isn't SQLite's: a table, say.
    LogError
        If it can't be opened.

    Examples
    --------
    >>> log_path("kafka://localhost:9092")
    Traceback (most recent call last):
    ...
    bandit.errors.MissingInput: kafka://localhost:9092: not a file; archive that log first: \
poolwise archive
    """
    text = str(source)
    if text.startswith("kafka:"):  # a path has lost one of its slashes
        address = f"kafka://{text.removeprefix('kafka:').lstrip('/')}"
        raise MissingInput(f"{address}: not a file; archive that log first: poolwise archive")
    path = Path(text.removeprefix("sqlite:"))
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    if path.is_dir():
        return path
    if not path.stat().st_size:
        raise MissingInput(f"{path}: the file is empty")
    try:
        is_sqlite = is_own_log(path)
    except OSError as error:
        raise LogError(f"{path}: {error.strerror}") from error
    if not is_sqlite:
        raise LogCorrupt(f"{path}: {NO_LOG}")
    return path
