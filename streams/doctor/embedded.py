"""What doctor finds about a log in one SQLite file: the file, its disk, and who holds it."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
import struct
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.errors import LogBusy, PoolwiseError
from streams.clients.address import open_log
from streams.doctor.age import age
from streams.doctor.clock import clock
from streams.doctor.contents import dead_letters, learner
from streams.doctor.findings import Finding, broken, ok, warning
from streams.embedded.lock import hold, lock_file
from streams.embedded.log import EmbeddedLog
from streams.log.topics import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.config.config import Config

FILE, DISK, WORKER = "file", "disk", "worker"
CHECK_S = 3.0
"""Longest look through the file: about 3 GB."""

READ_S = 1.0
"""Longest look into the dead letters."""

FREE_BYTES = 1024**3
"""200,000 tasks of 18 features and three labels write as much."""

PENDING = 0x40000000
"""Where SQLite locks a file, PENDING_BYTE and some behind it."""


def findings(config: Config) -> Iterator[Finding]:
    """Yield all there is to find about the log in a file that a configuration names."""
    try:
        opened = open_log(config.log.address, config.log)
    except PoolwiseError as error:
        yield broken(FILE, str(error), "check the path; work --create and feed make a new log")
        return
    assert isinstance(opened, EmbeddedLog)
    with closing(opened) as log:
        yield from file(log)
        yield from disk(log.path)
        yield from age(log, str(log.path), time.time())
        yield from worker(log.path, config.log.group)
        yield from learner(log, config.worker.max_model_age_s, time.time())
        yield from dead_letters(log, shlex.quote(config.log.address), READ_S)
        yield from clock(log, time.time(), config.core.clock.max_skew_s)


def file(log: EmbeddedLog) -> Iterator[Finding]:
    """Say whether the file is whole, and how it is split."""
    until = time.monotonic() + CHECK_S
    log.connection.set_progress_handler(lambda: time.monotonic() > until, 100_000)
    try:
        said = log.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.OperationalError:
        said = None
    except sqlite3.DatabaseError as error:
        said = str(error)
    finally:
        log.connection.set_progress_handler(None, 0)
    size = f"{log.path.stat().st_size / 1e6:.1f} MB, tasks split {log.partitions(TASKS)} ways"
    if said is None:
        yield ok(FILE, f"{size}; too large to look through in {CHECK_S:g} s")
    elif said == "ok":
        yield ok(FILE, f"{size}, whole")
    else:
        yield broken(
            FILE,
            f"damaged: {said}",
            "stop the worker, keep a copy, and save what can be read with `sqlite3 FILE .recover`",
        )


def disk(path: Path) -> Iterator[Finding]:
    """Say how much room is left beside the file."""
    free = shutil.disk_usage(path.absolute().parent).free
    said = f"free: {free / 1e9:.1f} GB"
    if free < FREE_BYTES:
        yield warning(DISK, said, "make room: a worker ends when the disk is full")
    else:
        yield ok(DISK, said)
    if not os.access(path, os.W_OK) or not os.access(path.absolute().parent, os.W_OK):
        yield broken(
            DISK, f"{path} or its folder may not be written to", "let this user write there"
        )


def worker(path: Path, group: str) -> Iterator[Finding]:
    """Say which process is at work on the log."""
    lock = lock_file(path, group)
    if not lock.exists():
        yield ok(WORKER, f"none has ever worked here as {group!r}")
        return
    try:
        with closing(hold(path, group)):
            pass
    except LogBusy:
        holder = _holder(lock)
        who = f"process {holder}" if holder else "another process"
        yield ok(WORKER, f"{who} is at work as {group!r}")
    else:
        yield ok(WORKER, f"none is at work as {group!r}")


def _holder(lock: Path) -> int | None:
    """Return which process has locked the file, where the system says it."""
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415, Windows has none

    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, PENDING, 512, 0)
    with lock.open("rb+") as opened:
        kind, _, _, _, process = struct.unpack("hhqqi4x", fcntl.fcntl(opened, fcntl.F_GETLK, asked))
    return process if kind != fcntl.F_UNLCK and process > 0 else None
