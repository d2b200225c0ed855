"""The archive: decisions, verdicts and rewards of a log as Parquet, for as long as you keep them.

It follows the log outside any group and writes nothing into it. Where it is, its files' names say,
so that a restart knows where to go on and needs nothing else.

Rule 1: a verdict or reward is written only after every decision that was in the log when it was
read, so what is archived of a task that has its verdict has all of its decisions.
Rule 2: what waits in memory is bounded, by count, by bytes and by age.
"""

from __future__ import annotations

import errno
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from bandit.errors import LogBusy, StateError
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

    from streams.log.log import Follower, Log, Record

EVERY = 50_000
"""Rows of a range: files of some MB, which DuckDB reads well."""

MAX_AGE_S = 600.0
"""Longest wait of a row: the topics of a log with 8 partitions make 17 files each time."""

MAX_BYTES = 64 << 20
"""Most that waits, all told; a backlog is archived in ranges that are shorter, if need be."""

BATCH = 1000
POLL_S = 0.2

FULL = (errno.ENOSPC, errno.EDQUOT)
RETRY_S = 5.0


class Archive:
    """A folder that follows a log; one process at a time, for the lock in it.

    Parameters
    ----------
    log
        The log; its topics are followed from where the folder ends.
    folder
        Made if it isn't there.
    every, max_age_s
        A range is written at so many rows, or when its first one has waited so long.
    disk
        What writes.
    clock
        Seconds that only grow.
    warn
        Called with a line when something is to be said that is no error.
    progress
        Called with the archive after each range.

    Raises
    ------
    LogBusy
        If another process archives into the folder.
    StateError
        If files are missing, hold the same rows twice, or are of another log.
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
        self._since: float | None = None  # when the first row that waits came
        self._folder = folder
        disk = Disk() if disk is None else disk
        disk.make_folder(folder)
        try:
            self._lock = hold(folder / ".poolwise", "archive")
        except LogBusy as error:
            raise LogBusy(f"{folder}: another process archives into this folder") from error
        self._shelves: list[tuple[PartitionWriter, Follower]] = []
        try:
            for topic in EVENTS:
                for partition in range(log.partitions(topic)):
                    shelf = PartitionWriter(folder, Place(topic, partition), disk)
                    self._shelves.append((shelf, self._follow(log, shelf)))
        except BaseException:
            self.close()
            raise

    def step(self, timeout_s: float = 0.0) -> int:
        """Read once from every partition, and write what is due; how many records were read.

        Raises
        ------
        OSError
            If the disk refuses: nothing is lost, and the next step tries again.
        """
        found = sum(self._poll(shelf, follower) for shelf, follower in self._shelves)
        if not found and timeout_s:
            found = self._poll(*self._shelves[-1], timeout_s)
        waiting = sum(shelf.waiting_bytes for shelf, _ in self._shelves)
        late = self._since is not None and self._clock() - self._since >= self._max_age_s
        if late or waiting >= MAX_BYTES:
            self.flush()
        return found

    def flush(self) -> None:
        """Write all that waits, decisions first: those too that were committed meanwhile."""
        for shelf, follower in self._shelves:
            if shelf.place.topic == DECISIONS:
                end = follower.end()
                while follower.position < end:
                    self._poll(shelf, follower, POLL_S)
                self._store(shelf)
        for shelf, _ in self._shelves:
            if shelf.place.topic != DECISIONS:
                self._store(shelf)
        self._since = None

    def run(self, *, until_idle: bool = False, stop: Callable[[], bool] = lambda: False) -> None:
        """Follow the log until `stop` says so or, if asked to, to its end.

        A full disk is said once and waited out, unless the end is waited for.

        Raises
        ------
        OSError
            If the disk refuses.
        """
        full = False
        wait_s = 0.0 if until_idle else POLL_S
        while not stop():
            try:
                if not self.step(wait_s) and until_idle:
                    if self.at_end():
                        break
                    wait_s = POLL_S  # the log only takes its time to answer
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
        return all(follower.at_end() for _, follower in self._shelves)

    def close(self) -> None:
        """Stop following and let another in; what waits is read again at the next start."""
        for _, follower in self._shelves:
            follower.close()
        self._lock.close()

    def figures(self) -> dict[str, int]:
        """What was written since the start."""
        return {**{topic: self.rows[topic] for topic in EVENTS}, "files": self.files}

    def _follow(self, log: Log, shelf: PartitionWriter) -> Follower:
        """Follow from behind what is archived, after a look at the last record of that."""
        if shelf.position:
            with closing(log.follow(*shelf.place, shelf.position - 1)) as look:
                if look.end() < shelf.position:
                    topic, partition = shelf.place
                    raise StateError(
                        f"{self._folder}: it has more of {topic}/{partition} than the log: "
                        "it is the archive of another log"
                    )
                records: list[Record] = []
                while not records and look.position < shelf.position:
                    records = look.poll(1, POLL_S)
                for record in records:
                    shelf.check_last(record)
        return log.follow(*shelf.place, shelf.position)

    def _poll(self, shelf: PartitionWriter, follower: Follower, timeout_s: float = 0.0) -> int:
        if shelf.unfinished or shelf.waiting >= self._every:
            self._make_room(shelf)
        records = follower.poll(min(BATCH, self._every - shelf.waiting), timeout_s)
        for lost in follower.lost():
            shelf.lose(lost)
            self._warn(
                f"{lost.place.topic}/{lost.place.partition}: the log deleted what it had from"
                f" {lost.first} to {lost.end - 1} before it was archived"
            )
        shelf.add(records)
        if records and self._since is None:
            self._since = self._clock()
        return len(records)

    def _make_room(self, shelf: PartitionWriter) -> None:
        if shelf.unfinished or shelf.place.topic == DECISIONS:
            self._store(shelf)
        else:
            self.flush()

    def _store(self, shelf: PartitionWriter) -> None:
        waiting = shelf.waiting
        self.files += shelf.store()
        self.rows[shelf.place.topic] += waiting
        self._progress(self)


def _sleep(seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while not stop() and time.monotonic() < until:
        time.sleep(POLL_S)
