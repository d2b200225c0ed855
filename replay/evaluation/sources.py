"""Source of an evaluation: a poolwise log, embedded or archived, or a table of decisions."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandit.errors import LogCorrupt
from replay.log_files.archive_folder import check_whole, is_archive
from replay.log_files.log_file import is_own_log
from replay.log_files.log_path import NO_LOG
from replay.tables.formats.files import check_file
from replay.tables.formats.sql import run_query
from replay.tables.formats.table import Table, open_table

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

LOG_SUFFIXES = (".db", ".sqlite")
"""What logs are called; by its first bytes a log is known under any name."""


def own_log(source: Any) -> Path | None:
    """Path of an embedded log or an archive; `None` if the source is a table.

    Raises
    ------
    LogCorrupt
        If it is called as logs are, and is none.
    MissingInput
        If there is no such file, or it is a part of an archive.
    """
    if not isinstance(source, str | os.PathLike):
        return None
    path = Path(str(source).removeprefix("sqlite:"))
    if is_archive(path) or (path.is_file() and path.stat().st_size and is_own_log(path)):
        return path
    check_whole(path)
    if path.suffix.lower() in LOG_SUFFIXES or str(source).startswith("sqlite:"):
        check_file(path)
        raise LogCorrupt(f"{path}: {NO_LOG}")
    return None


def opened(source: Any, sql: str | None) -> AbstractContextManager[Table]:
    """Open a table, or run a query whose result is one."""
    return nullcontext(open_table(source)) if sql is None else run_query(sql)
