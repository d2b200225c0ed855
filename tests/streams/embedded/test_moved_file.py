"""A log that is moved, replaced or deleted while it is open: what was committed isn't lost."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogError
from streams.embedded.log import EmbeddedLog
from tests.streams.following_contract import task
from tests.streams.verbs import start

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def moved(path: Path) -> None:
    path.rename(path.with_name("moved.db"))


def replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").replace(path)


def without_wal(path: Path) -> None:
    for end in ("-wal", "-shm"):
        path.with_name(f"log.db{end}").unlink()


def emptied(path: Path) -> None:
    os.truncate(path, 0)


@pytest.mark.parametrize("trouble", [without_wal, emptied])
def test_nothing_is_written_beside_what_other_processes_write(
    trouble: Callable[[Path], None], tmp_path: Path
) -> None:
    """Without its `-wal`, another process writes into a new one, and either loses the other's."""
    path = tmp_path / "log.db"
    with closing(EmbeddedLog(path, create=True)) as log:
        log.write([task("1")])
        log.connection.execute("PRAGMA wal_checkpoint")
    with closing(EmbeddedLog(path)) as log:
        reader = log.follow("tasks", 0, 1)
        log.write([task("2")])
        trouble(path)
        with pytest.raises(LogError, match=r"deleted; .*move it back, or restore|emptied; .*"):
            log.write([task("3")])
        assert len(reader.poll(10, 0.0)) == 1
        with pytest.raises(LogError, match="nothing more is written"):
            reader.poll(10, 60.0)


@pytest.mark.parametrize("trouble", [moved, replaced])
def test_nothing_is_written_to_or_awaited_from_a_file_that_is_elsewhere(
    trouble: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "log.db"
    with closing(EmbeddedLog(path, create=True)) as log:
        reader = log.follow("tasks")
        log.write([task("1")])
        trouble(path)
        with pytest.raises(LogError, match=r"moved, replaced or deleted; .* beside log\.db-wal"):
            log.write([task("2")])
        assert len(reader.poll(10, 0.0)) == 1
        with pytest.raises(LogError, match="moved, replaced or deleted"):
            reader.poll(10, 60.0)


def test_what_was_committed_is_there_once_the_file_is_back(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with closing(EmbeddedLog(path, create=True)) as log:
        log.write([task("1")])
        moved(path)
    path.with_name("moved.db").rename(path)
    with closing(EmbeddedLog(path)) as log:
        assert len(log.follow("tasks").poll(10, 0.0)) == 1
        log.write([task("2")])


def test_a_worker_whose_file_is_moved_ends_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with start("work", path, "--create") as worker:
        while not path.with_name("log.db.poolwise-learner.lock").exists():
            assert worker.poll() is None
        moved(path)
        try:
            _, err = worker.communicate(timeout=60)
        finally:
            worker.kill()
    assert worker.returncode == 1
    assert err.decode().splitlines()[-1].startswith(f"poolwise: {path}: not the file any more")
    assert b"Traceback" not in err
