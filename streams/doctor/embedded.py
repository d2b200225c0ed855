"""Checks of a log in an SQLite file: the file, its disk, and the worker that holds it."""

from __future__ import annotations

import os
import shlex
import shutil
import struct
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.counted import counted
from bandit.errors import LogBusy, MissingInput, PoolwiseError
from streams.clients.address import open_log
from streams.doctor.age import age
from streams.doctor.clock import clock
from streams.doctor.contents import dead_letters, learner
from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.doctor.halted import halted
from streams.doctor.refused import refused
from streams.doctor.retention import read_open_tasks
from streams.embedded.file import one_line_errors
from streams.embedded.integrity import CHECK_S, integrity
from streams.embedded.lock import hold, lock_file
from streams.embedded.log import EmbeddedLog
from streams.log.log import Place
from streams.log.topics import SHARED, TASKS
from streams.prune.space import size_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.config.config import Config

FILE, DISK, WORKER = "file", "disk", "worker"
OPENS = "check the path, the rights of this user, and the disk"

READ_S = 1.0
"""Longest look into the dead letters, and into the open tasks."""

FREE_BYTES = 1024**3
"""200,000 tasks of 18 features and three labels write as much."""

PENDING = 0x40000000
"""Where SQLite locks a file, PENDING_BYTE and some behind it."""


def findings(config: Config) -> Iterator[DoctorFinding]:
    """Check the log in a file that a configuration names."""
    shown = shlex.quote(config.log.address)
    try:
        opened = open_log(config.log.address, config.log)
    except PoolwiseError as error:
        new = f"; to create a new log: poolwise work {shown} --create"
        todo = f"check the path{new}" if isinstance(error, MissingInput) else OPENS
        yield broken(FILE, str(error), todo)
        return
    assert isinstance(opened, EmbeddedLog)
    with closing(opened) as log:
        yield from file(log)
        yield from disk(log.path)
        yield from age(log, str(log.path), time.time())
        yield from worker(log, config.log.group, config.log.address)
        yield from halted(read_open_tasks(log, READ_S), config.log.address)
        yield from refused(log, shown, READ_S)
        yield from learner(log, shown, config.worker.max_model_age_s, time.time())
        yield from dead_letters(log, shown, READ_S)
        yield from clock(log, shown, config.core.clock.max_skew_s)


def file(log: EmbeddedLog) -> Iterator[DoctorFinding]:
    """Check the integrity of the file."""
    result = integrity(log.connection)
    if result not in {None, "ok"}:
        yield broken(
            FILE,
            f"damaged: {result}",
            "stop all that use it, then restore a backup (docs/how-to/back-up.md); without one,"
            " copy the file and recover what is readable:"
            f" sqlite3 {shlex.quote(str(log.path))} .recover",
        )
        return
    size = f"{size_of(log).n_bytes / 1e6:.1f} MB"
    size += f", {counted(log.partitions(TASKS), 'partition')} of tasks"
    if result is None:
        yield ok(FILE, f"{size}; too large for an integrity check within {CHECK_S:g} s")
    else:
        yield ok(FILE, f"{size}; integrity check passed")


def disk(path: Path) -> Iterator[DoctorFinding]:
    """Check the free disk space, and that this user may write."""
    free = shutil.disk_usage(path.absolute().parent).free
    space = f"free disk space: {free / 1e9:.1f} GB"
    if free < FREE_BYTES:
        yield warning(DISK, space, "free up space: a worker stops when the disk is full")
    else:
        yield ok(DISK, space)
    if not os.access(path, os.W_OK) or not os.access(path.absolute().parent, os.W_OK):
        yield broken(
            DISK,
            f"this user may not write to {path} or to its folder",
            "give this user write permission",
        )


def worker(log: EmbeddedLog, group: str, address: str) -> Iterator[DoctorFinding]:
    """Report which process works on the log, and how much no worker has read."""
    start = f"start one: poolwise work {shlex.quote(address)}"
    waiting = _unread(log, group)
    unread = f"; {counted(waiting, 'record')} not read yet" if waiting else ""
    lock = lock_file(log.path, group)
    if lock.exists():
        try:
            with closing(hold(log.path, group)):
                pass
        except LogBusy:
            holder = _holder(lock)
            who = f"process {holder}" if holder else "another process"
            yield ok(WORKER, f"{who} is running as the worker of group {group!r}{unread}")
            return
    state = "is running" if lock.exists() else "has run here yet"
    nobody = f"no worker of group {group!r} {state}"
    if waiting:
        yield warning(WORKER, f"{nobody}{unread}", start)
    else:
        yield ok(WORKER, f"{nobody}: nothing is being processed; {start}")


def _unread(log: EmbeddedLog, group: str) -> int:
    """Count the records of tasks and labels that the group has not read."""
    with one_line_errors(log.path):
        positions = {
            Place(topic, partition): position
            for topic, partition, position in log.connection.execute(
                "SELECT topic, partition, position FROM positions WHERE member_of = ?", (group,)
            )
        }
        places = [Place(topic, part) for topic in SHARED for part in range(log.partitions(topic))]
        return sum(
            max(0, log.end(*place) - max(positions.get(place, 0), log.begin(*place)))
            for place in places
        )


def _holder(lock: Path) -> int | None:
    """Return which process has locked the file, where the system can tell."""
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415, Windows has none

    asked = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, PENDING, 512, 0)
    with lock.open("rb+") as opened:
        kind, _, _, _, process = struct.unpack("hhqqi4x", fcntl.fcntl(opened, fcntl.F_GETLK, asked))
    return process if kind != fcntl.F_UNLCK and process > 0 else None
