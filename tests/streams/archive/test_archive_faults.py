"""The archive is killed and its disk is filled, at every call: no row is lost, none doubled."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.draw import draw
from bandit.events import Reward
from streams.archive.archive import Archive
from streams.archive.disk import Disk
from streams.embedded.log import EmbeddedLog
from tests.replay.task_log.own_log_writer import World, simulate
from tests.streams.archive.archive_audit import (
    FailingDisk,
    Killed,
    archive_all,
    audit,
    check_decisions_come_first,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.events import Decision, Verdict

ROOT = Path(__file__).resolve().parents[3]
DAY_S = 86_400.0
MOST_CALLS = 400


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """A log of 14 tasks over two days, so that most ranges are of two files."""
    opened = EmbeddedLog(tmp_path / "log.db", partitions=1, create=True, synchronous="NORMAL")
    with closing(opened):
        for number in range(2):
            write(opened, shifted(number, 7))
        yield opened


def shifted(number: int, tasks: int) -> list[Decision | Reward | Verdict]:
    """Tasks with names of their own, the odd ones a day later."""
    events: list[Decision | Reward | Verdict] = []
    for event in simulate(World(audit=0.3), tasks, seed=number):
        later = DAY_S * (int(event.task[1:]) % 2)
        times = {"decided_at": event.decided_at + later} if isinstance(event, Reward) else {}
        task = f"{event.task}-{number}" + "x" * number
        events.append(msgspec.structs.replace(event, task=task, at=event.at + later, **times))
    return events


def test_killed_at_any_call_and_started_again(log: EmbeddedLog, tmp_path: Path) -> None:
    """One archive a call, and a second kill in each at another call of its second life."""
    kills = 0
    for call in range(1, MOST_CALLS):
        folder = tmp_path / f"archive-{call}"
        disk = FailingDisk(call, kills=True)
        with suppress(Killed):
            archive_all(log, folder, every=20, disk=disk)
        if not disk.failed:
            break
        kills += 1
        if folder.exists():
            check_decisions_come_first(folder)
        with suppress(Killed):
            again = FailingDisk(1 + int(draw(1, "again", call) * 30), kills=True)
            archive_all(log, folder, every=15, disk=again)
        archive_all(log, folder, every=20)
        audit(log, folder)
    assert 50 < kills < MOST_CALLS - 1


def test_killed_in_every_life_it_still_goes_on(log: EmbeddedLog, tmp_path: Path) -> None:
    """Each life gets 40 calls, while tasks come; so most die in the middle of a range."""
    folder = tmp_path / "archive"
    lives = 0
    for number in range(2, 12):
        write(log, shifted(number, 7))
        for _ in range(2):
            disk = FailingDisk(40, kills=True)
            with suppress(Killed):
                archive_all(log, folder, every=20, disk=disk)
            lives += disk.failed > 0
            check_decisions_come_first(folder)
    archive_all(log, folder, every=20)
    audit(log, folder)
    assert lives > 10
    assert check_decisions_come_first(folder) == 7 * 12


def test_a_full_disk_at_any_call_is_one_line_and_goes_on_with_space(
    log: EmbeddedLog, tmp_path: Path
) -> None:
    """Full for one to four calls; with space again the same process goes on, and then a new one."""
    lines: set[str] = set()
    for call in range(1, MOST_CALLS):
        folder = tmp_path / f"archive-{call}"
        times = 1 + call % 4
        disk = FailingDisk(call, kills=False, times=times)
        try:
            archive = Archive(log, folder, every=20, disk=disk)
        except OSError as error:
            lines.add(f"{error.filename}: {error.strerror}".replace(str(folder), "FOLDER"))
            continue
        with closing(archive):
            for _ in range(1 + times):
                try:
                    archive.run(until_idle=True)
                except OSError as error:
                    lines.add(f"{error.filename}: {error.strerror}".replace(str(folder), "FOLDER"))
            audit_but_leftovers(log, folder)
            assert archive.rows.total() == sum(
                log.end(topic, part)
                for topic in ("decisions", "rewards", "verdicts")
                for part in range(log.partitions(topic))
            )
        archive_all(log, folder)  # a start removes what a full disk kept from being removed
        audit(log, folder)
        if not disk.failed:
            break
    assert {line.rpartition(": ")[2] for line in lines} == {"No space left on device"}
    assert all(line.startswith("FOLDER") for line in lines)
    assert len(lines) > 10
    assert 50 < call < MOST_CALLS - 1


def audit_but_leftovers(log: EmbeddedLog, folder: Path) -> None:
    """Audit, though temporary files may be left that could not be removed."""
    for left in folder.glob("*/day=*/.*.tmp"):
        left.rename(folder / left.name)
    audit(log, folder)


class NoRoomForAName(Disk):
    """A disk that can't give the `which`th file its name, the first time."""

    def __init__(self, which: int) -> None:
        self._left = which

    def rename(self, old: Path, new: Path) -> None:
        self._left -= 1
        if self._left == 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(new))
        super().rename(old, new)


def test_what_comes_while_a_range_waits_for_its_names_is_of_the_next(
    log: EmbeddedLog, tmp_path: Path
) -> None:
    for which in range(1, 8):
        folder = tmp_path / f"archive-{which}"
        with closing(Archive(log, folder, every=20, disk=NoRoomForAName(which))) as archive:
            with pytest.raises(OSError, match="No space left"):
                archive.run(until_idle=True)
            write(log, shifted(10 + which, 4))
            archive.run(until_idle=True)
            audit(log, folder)


def test_a_full_disk_is_waited_out_and_said_once(
    log: EmbeddedLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.archive.archive.RETRY_S", 0.01)
    monkeypatch.setattr("streams.archive.archive.POLL_S", 0.01)
    warnings: list[str] = []
    folder = tmp_path / "archive"
    disk = FailingDisk(30, kills=False, times=25)
    archive = Archive(log, folder, every=20, max_age_s=0.05, disk=disk, warn=warnings.append)
    until = time.monotonic() + 20
    wanted = log.end("decisions", 0)
    with closing(archive):
        archive.run(stop=lambda: archive.rows["decisions"] >= wanted or time.monotonic() > until)
    assert disk.failed == 25
    assert len(warnings) == 1
    assert warnings[0].endswith("No space left on device; waiting for space")
    archive_all(log, folder)
    audit(log, folder)


def test_another_error_of_the_disk_ends_it(log: EmbeddedLog, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "decisions").write_text("a file where a folder should be")
    with (
        closing(Archive(log, folder, max_age_s=0.0)) as archive,
        pytest.raises(OSError, match="decisions"),
    ):
        archive.run()
    (folder / "decisions").unlink()
    archive_all(log, folder)
    audit(log, folder)


KILLED = """
import os, signal, sys
from pathlib import Path
from streams.archive.archive import Archive
from streams.embedded.log import EmbeddedLog
from tests.streams.archive.archive_audit import FailingDisk

class Deadly(FailingDisk):
    def fail(self, path):
        os.kill(os.getpid(), signal.SIGKILL)

disk = Deadly(int(sys.argv[3]), kills=True)
Archive(EmbeddedLog(Path(sys.argv[1])), Path(sys.argv[2]), every=20, disk=disk).run(until_idle=True)
"""


@pytest.mark.slow
def test_killed_for_real(log: EmbeddedLog, tmp_path: Path) -> None:
    """A process gets kill -9, 8 times on one folder, at calls drawn with a fixed seed."""
    folder = tmp_path / "archive"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    for life in range(8):
        write(log, shifted(life + 2, 20))
        call = str(1 + int(draw(3, "life", life) * 60))
        command = [sys.executable, "-c", KILLED, str(log.path), str(folder), call]
        done = subprocess.run(command, env=env, check=False, timeout=60)
        assert done.returncode == -signal.SIGKILL
        check_decisions_come_first(folder)
    archive_all(log, folder, every=20)
    audit(log, folder)
