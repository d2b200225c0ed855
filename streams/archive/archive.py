"""The archive: copies decisions, verdicts and rewards of a log to Parquet files.

It reads the log outside any group and writes nothing into it. Its position is in the names of its
files, so that a restart needs nothing else.

Rule 1: a verdict or reward is written only after every decision that was in the log when it was
read, so a task with an archived verdict has all of its decisions in the archive.
Rule 2: rows in memory are bounded by count, by bytes and by age.
"""

from __future__ import annotations

import errno
import time
from collections import Counter
from typing import TYPE_CHECKING

from bandit.errors import LogBusy
from streams.archive.columns import EVENTS
from streams.archive.disk import Disk
from streams.archive.partition_writer import PartitionWriter
from streams.embedded.lock import hold
from streams.log.log import Place
from streams.log.topics import DECISIONS
from streams.process.failpoints import nothing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streams.log.log import Follower, Log

EVERY = 50_000
"""Rows per range: files of some MB, which DuckDB reads well."""

MAX_AGE_S = 600.0
"""Longest time until a row is written: a log with 8 partitions then makes 17 files."""

MAX_BYTES = 64 << 20
"""Limit of all rows in memory; a backlog may be archived in shorter ranges because of it."""

BATCH = 1000
POLL_S = 0.2

FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_S = 5.0


class Archive:
    """Copies a log to a folder; one process at a time, by a lock in the folder.

    Parameters
    ----------
    log
        The log; its topics are followed from where the folder ends.
    folder
        Created if it does not exist.
    every, max_age_s
        A range is written at this number of rows, or at this age of its first row.
    disk
        Writes the files.
    clock
        A monotonic clock, in seconds.
    warn
        Called with a line about a problem that is no error.
    progress
        Called with the archive after each range.

    Raises
    ------
    LogBusy
        If another process archives into the folder.
    StateError
        If files are missing, overlap, or belong to another log.
    """

    def __init__(
        self,
        log: Log,
        folder: Path,
        *,
        every: int = EVERY,
        max_age_s: float = MAX_AGE_S,
        disk: Disk | None = None,
        clock: Callable[[], float] = time.monotonic,
        warn: Callable[[str], None] = nothing,
        progress: Callable[[Archive], None] = nothing,
    ) -> None:
        self.rows: Counter[str] = Counter()  # written, by topic
        self.files = 0
        self._every = every
        self._max_age_s = max_age_s
        self._clock = clock
        self._warn = warn
        self._progress = progress
        self._since: float | None = None  # when the first row in memory was read
        self._folder = folder
        disk = Disk() if disk is None else disk
        disk.make_folder(folder)
        try:
            self._lock = hold(folder / ".poolwise", "archive")
        except LogBusy as error:
            raise LogBusy(f"{folder}: another poolwise archive writes to this folder") from error
        self._writers: list[tuple[PartitionWriter, Follower]] = []
        try:
            for topic in EVENTS:
                for partition in range(log.partitions(topic)):
                    writer = PartitionWriter(folder, Place(topic, partition), disk)
                    self._writers.append((writer, self._follow(log, writer)))
        except BaseException:
            self.close()
            raise

    def step(self, timeout_s: float = 0.0) -> int:
        """Read once from every partition, and write what is due; return the number of records read.

        Raises
        ------
        OSError
            On an error of the disk: nothing is lost, and the next step tries again.
        """
        records = sum(self._poll(writer, follower) for writer, follower in self._writers)
        if not records and timeout_s:
            records = self._poll(*self._writers[-1], timeout_s)
        waiting = sum(writer.waiting_bytes for writer, _ in self._writers)
        late = self._since is not None and self._clock() - self._since >= self._max_age_s
        if late or waiting >= MAX_BYTES:
            self.flush()
        return records

    def flush(self) -> None:
        """Write all rows in memory, decisions first, including those committed meanwhile."""
        for writer, follower in self._writers:
            if writer.place.topic == DECISIONS:
                end = follower.end()
                while follower.position < end:
                    self._poll(writer, follower, POLL_S)
                self._store(writer)
        for writer, _ in self._writers:
            if writer.place.topic != DECISIONS:
                self._store(writer)
        self._since = None

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Follow the log until `stop` returns true or, with `until_idle`, to its end.

        A full disk is reported once, then it waits for space, unless `until_idle`.

        Raises
        ------
        OSError
            On another error of the disk.
        """
        full = False
        wait_s = 0.0 if until_idle else POLL_S
        while not stop():
            try:
                if not self.step(wait_s) and until_idle:
                    if self.at_end():
                        break
                    wait_s = POLL_S  # the log is only slow to answer
            except OSError as error:
                if until_idle or error.errno not in FULL:
                    raise
                if not full:
                    self._warn(f"{error.filename}: {error.strerror}; waiting for space")
                full = True
                _sleep(RETRY_S, stop)
            else:
                full = False
        self.flush()

    def at_end(self) -> bool:
        """Whether everything in the log has been read."""
        return all(follower.at_end() for _, follower in self._writers)

    def close(self) -> None:
        """Stop, and release the lock; rows in memory are read again at the next start."""
        for _, follower in self._writers:
            follower.close()
        self._lock.close()

    def figures(self) -> dict[str, int]:
        """Rows by topic and files, written since the start."""
        return {**{topic: self.rows[topic] for topic in EVENTS}, "files": self.files}

    def _follow(self, log: Log, writer: PartitionWriter) -> Follower:
        """Follow from the end of the archive, after a check of its last record."""
        writer.check_last(log)
        return log.follow(*writer.place, writer.position)

    def _poll(self, writer: PartitionWriter, follower: Follower, timeout_s: float = 0.0) -> int:
        if writer.unfinished or writer.waiting >= self._every:
            self._make_room(writer)
        records = follower.poll(min(BATCH, self._every - writer.waiting), timeout_s)
        for lost in follower.lost():
            writer.lose(lost)
            self._warn(
                f"{lost.place.topic}/{lost.place.partition}: offsets {lost.first} to {lost.end - 1}"
                " were deleted from the log before they were archived"
            )
        writer.add(records)
        if records and self._since is None:
            self._since = self._clock()
        return len(records)

    def _make_room(self, writer: PartitionWriter) -> None:
        if writer.unfinished or writer.place.topic == DECISIONS:
            self._store(writer)
        else:
            self.flush()

    def _store(self, writer: PartitionWriter) -> None:
        waiting = writer.waiting
        self.files += writer.store()
        self.rows[writer.place.topic] += waiting
        self._progress(self)


def _sleep(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stop() and time.monotonic() < until:
        time.sleep(POLL_S)
