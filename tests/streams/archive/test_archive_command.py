"""`poolwise archive`: what it prints, and that it stops as it should."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from bandit.errors import LogError, MissingInput
from streams.cli.archive import archive
from streams.embedded.log import EmbeddedLog
from tests.replay.task_log.own_log_writer import World, simulate
from tests.streams.archive.archive_audit import archive_all, audit, files, write

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
EVENTS = simulate(World(), 60, seed=1)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    with closing(EmbeddedLog(tmp_path / "log.db", partitions=2, create=True)) as opened:
        write(opened, EVENTS)
        yield opened


def test_it_says_what_it_wrote(log: EmbeddedLog, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    args = [str(log.path), str(folder), "--until-idle"]
    first = CliRunner().invoke(archive, [*args, "--json"], catch_exceptions=False)
    figures = json.loads(first.output)
    assert figures.pop("files") == 5  # of one day; decisions and verdicts have two partitions
    assert sum(figures.values()) == len(EVENTS)
    audit(log, folder)
    again = CliRunner().invoke(archive, args, catch_exceptions=False)
    assert again.output == (
        f"Archive {folder}: this run wrote 0 decisions, 0 rewards, 0 verdicts from {log.path} to 0"
        " files\n"
    )


def test_a_log_that_is_not_there_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    for address, error in ((str(tmp_path / "no.db"), MissingInput), ("nowhere", LogError)):
        result = CliRunner().invoke(archive, [address, str(folder)])
        assert isinstance(result.exception, error)
    assert not folder.exists()


VERB = "from streams.cli.archive import archive; archive()"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends SIGTERM")
def test_sigterm_lets_it_write_what_waits(log: EmbeddedLog, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    process = subprocess.Popen(
        [sys.executable, "-c", VERB, str(log.path), str(folder), "--every", "20"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 30
    while not folder.exists() or not files(folder):
        assert time.monotonic() < until
        time.sleep(0.05)
    time.sleep(2.0)  # it has read the rest by now, which is too short for a range
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out.startswith(f"Archive {folder}: this run wrote ")
    audit(log, folder)
    write(log, simulate(World(), 5, seed=3))
    archive_all(log, folder)
    audit(log, folder)
