"""Fault 16: the disk of the embedded log, or of the archive, is full."""

from __future__ import annotations

import random
import signal
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogError
from streams.config.config import parse_config
from streams.embedded.log import EmbeddedLog
from streams.log.log import NewRecord
from tests.faults.audit import audit, model_is_the_fold, records
from tests.faults.embedded_story import EmbeddedStory
from tests.faults.labelers import USD
from tests.faults.small_disk import disk, fill, on_a_small_disk
from tests.faults.story import CORE
from tests.streams.archive.archive_audit import audit as audit_archive
from tests.streams.verbs import start

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

pytestmark = pytest.mark.slow

TASKS = 300
ROOM = 150_000
"""Bytes left: enough to begin, too few to finish."""


def configured(folder: Path, recover_s: float) -> tuple[Path, str]:
    """Write a configuration; it stands on another disk."""
    text = f"{CORE}[worker]\nbatch_records = 50\nsnapshot_every = 100\n"
    text += f"snapshot_min_s = 0\nrecover_s = {recover_s}\n"
    config = folder / "worker.toml"
    config.write_text(text)
    return config, text


def work(log: Path, config: Path) -> subprocess.Popen[bytes]:
    """Start a worker, the whole command."""
    return start("work", log, "--clock", "log", "--config", config)


def said(process: subprocess.Popen[bytes]) -> str:
    """Return what a process says on standard error until it has ended."""
    _, err = process.communicate(timeout=60)
    return err.decode()


@on_a_small_disk
@pytest.mark.parametrize("room_comes", ["while it tries", "after it has ended"])
def test_a_worker_whose_disk_is_full_ends_in_one_line_or_goes_on_when_there_is_room(
    tmp_path: Path, room_comes: str
) -> None:
    patient = room_comes == "while it tries"
    config, text = configured(tmp_path, 60.0 if patient else 1.0)
    path = disk() / "log.db"
    with closing(EmbeddedLog(path, 2, create=True)) as log:
        story = EmbeddedStory(log, TASKS)
        for _ in range(5):
            story.labelers.advance(tasks=40)
        ballast = fill(ROOM)
        first = work(path, config)
        if patient:
            assert first.stderr is not None
            while b"disk is full" not in (line := first.stderr.readline()):
                assert line, "it ended"
            ballast.unlink()
            second = first
        else:
            err = said(first)
            assert first.returncode == 1
            last = err.splitlines()[-1]
            assert last.startswith(f"poolwise: {path}: ")
            assert "full" in last
            assert "Traceback" not in err
            assert decided(log) < 200, "it had more to do"
            ballast.unlink()
            second = work(path, config)
        story.run_out(lambda: second.poll() is None)
        second.send_signal(signal.SIGTERM)
        assert "Traceback" not in said(second)
        assert second.returncode == 0
        assert log.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        audit(log, story.names, USD)
        model_is_the_fold(log, parse_config(text).core)


def decided(log: EmbeddedLog) -> int:
    """Return how many tasks have a decision."""
    return len({one.key for one in records(log, "decisions")})


@on_a_small_disk
def test_what_does_not_fit_is_not_fed_at_all() -> None:
    with closing(EmbeddedLog(disk() / "log.db", create=True)) as log:
        chance = random.Random(1)  # what a log can't compress
        tasks = [NewRecord("tasks", b"k", chance.randbytes(1000)) for _ in range(1000)]
        log.write(tasks[:10])
        ballast = fill(ROOM)
        with pytest.raises(LogError, match="full"):
            log.write(tasks)
        assert len(list(records(log, "tasks"))) == 10
        ballast.unlink()
        log.write(tasks)
        assert len(list(records(log, "tasks"))) == 1010


@on_a_small_disk
def test_an_archive_whose_disk_is_full_ends_in_one_line_and_goes_on_later(tmp_path: Path) -> None:
    config, _ = configured(tmp_path, 60.0)
    path, folder = tmp_path / "log.db", disk() / "archive"
    with closing(EmbeddedLog(path, 2, create=True)) as log:
        story = EmbeddedStory(log, TASKS)
        worker = work(path, config)
        story.run_out(lambda: worker.poll() is None)
        worker.send_signal(signal.SIGTERM)
        said(worker)
        ballast = fill(ROOM)
        words = ("archive", path, folder, "--until-idle", "--every", 100)
        first = start(*words)
        err = said(first)
        assert first.returncode == 1
        assert err.count("\n") == 1
        assert "No space left on device" in err
        ballast.unlink()
        second = start(*words)
        assert said(second) == ""
        assert second.returncode == 0
        audit_archive(log, folder)
