"""A signal lets a worker finish, within a limit; whatever it waits for, nothing is lost."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from streams.cli.feed import feed
from streams.cli.work import work
from streams.embedded.log import EmbeddedLog
from streams.process.draining import draining
from tests.streams.scenes import read
from tests.streams.verbs import LINES, run, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def waiting_worker(folder: Path, drain_s: float) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker and let it wait for its disk: somebody else is writing, and doesn't end."""
    path, settings = folder / "log.db", folder / "c.toml"
    settings.write_text(f"[worker]\ndrain_s = {drain_s}\ntick_s = 0.02\npoll_s = 0.02\n")
    run(feed, path, "-", stdin=b"\n".join(LINES[:2]))
    with start("work", path, "--config", settings) as process, closing(EmbeddedLog(path)) as log:
        try:
            until = time.monotonic() + 30
            while not read(log, "labels") and time.monotonic() < until:
                time.sleep(0.02)
            with closing(sqlite3.connect(path, isolation_level=None)) as writer:
                writer.execute("BEGIN IMMEDIATE")
                time.sleep(0.3)  # by now it wants to write a tick
                yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str, float]:
    """Wait for the end: the exit code, what was said, and how long it took."""
    began = time.monotonic()
    _, err = process.communicate(timeout=25)
    return process.returncode, err.decode(), time.monotonic() - began


def test_a_worker_that_cannot_finish_ends_by_itself_within_its_limit(tmp_path: Path) -> None:
    with waiting_worker(tmp_path, drain_s=0.5) as process:
        process.send_signal(signal.SIGTERM)
        code, err, took_s = ended(process)
    assert code == 1
    assert err == (
        "poolwise: stopped: not finished 0.5 s after the signal (worker.drain_s);"
        " records that were not committed will be read again\n"
    )
    assert 0.4 < took_s < 10


def test_what_a_worker_left_is_done_by_the_next(tmp_path: Path) -> None:
    """Tasks that were fed while nobody could write are asked about once, after the restart."""
    path = tmp_path / "log.db"
    with waiting_worker(tmp_path, drain_s=0.2) as process:
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 1
    run(feed, path, "-", stdin=b"\n".join(LINES[2:]))
    run(work, path, "--until-idle", "--clock", "log")
    with closing(EmbeddedLog(path)) as log:
        assert [one.key for one in read(log, "asks")] == [b"t1", b"t2"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_second_signal_ends_it_at_once(number: signal.Signals, code: int, tmp_path: Path) -> None:
    """Of either kind, and although the worker waits for its disk."""
    with waiting_worker(tmp_path, drain_s=60.0) as process:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)  # an echo, as `timeout` sends it
        time.sleep(0.8)
        assert process.poll() is None
        process.send_signal(number)
        returned, err, took_s = ended(process)
    assert (returned, err.count("\n")) == (code, 1)
    assert "second signal" in err
    assert took_s < 5


def test_a_process_that_finishes_in_time_goes_on_as_before() -> None:
    """The handlers are what they were, and nothing ends later on."""
    before: list[Any] = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    with draining(0.1) as asked:
        assert not asked()
        signal.raise_signal(signal.SIGTERM)
        until = time.monotonic() + 5
        while not asked() and time.monotonic() < until:
            time.sleep(0.001)
        assert asked()
    time.sleep(0.2)
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == before
