"""A backup of a log, made beside a worker, and restored, rightly and wrongly."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogCorrupt
from streams.cli.work import work
from streams.embedded.integrity import integrity
from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from tests.streams.verbs import run

if TYPE_CHECKING:
    from pathlib import Path


def records(count: int) -> list[NewRecord]:
    return [NewRecord("asks", b"t", b"%0900d" % i) for i in range(count)]


def crashed_after_backup(path: Path) -> Path:
    """Leave a log as a killed process does, `-wal` and all; return a backup of before."""
    backup, work_dir = path.with_name("backup.db"), path.with_name("working.db")
    with closing(EmbeddedLog(work_dir, create=True)) as log:
        log.write(records(100))
        with closing(sqlite3.connect(backup)) as copy:
            log.connection.backup(copy)
        log.write(records(400))
        log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        log.write(records(400))
        for end in ("", "-wal"):
            shutil.copy(f"{work_dir}{end}", f"{path}{end}")
    return backup


def test_a_backup_over_a_log_whose_wal_was_left_is_refused_by_workers(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    shutil.copyfile(crashed_after_backup(path), path)
    with pytest.raises(LogCorrupt, match=r"log\.db: damaged \([^*\n]+\); .*log\.db-wal\?.*back-up"):
        run(work, path, "--until-idle", "--clock", "log")


def test_a_backup_in_the_place_of_all_files_of_a_log_is_the_log_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    backup = crashed_after_backup(path)
    path.with_name("log.db-wal").unlink()
    shutil.copyfile(backup, path)
    run(work, path, "--until-idle", "--clock", "log")
    with closing(EmbeddedLog(path)) as log:
        assert log.end("asks", 0) == 100


def test_a_log_that_a_killed_process_left_is_worked_on(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    crashed_after_backup(path)
    run(work, path, "--until-idle", "--clock", "log")
    with closing(EmbeddedLog(path)) as log:
        assert log.end("asks", 0) == 900


def test_records_missing_between_others_are_noticed(tmp_path: Path) -> None:
    """SQLite's own check lets such a mixture pass where pages happen to match."""
    with closing(EmbeddedLog(tmp_path / "log.db", create=True)) as log:
        log.write(records(30))
        log.delete_before("asks", 0, 10)
        assert integrity(log.connection) == "ok"
        log.connection.execute('DELETE FROM "asks/0" WHERE "offset" IN (17, 18)')
        assert integrity(log.connection) == "asks/0: 2 records are missing between others"
        with pytest.raises(LogCorrupt, match="2 records are missing"):
            log.shared("workers", ["tasks"])
