"""An empty log with a worker, for a simulation that provides the time."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from bandit.errors import LogError
from streams.clients.address import open_log
from streams.clients.outside import Outside
from streams.config.config import WorkerSettings
from streams.config.log_settings import LogSettings
from streams.core import engine_maker
from streams.log.log import read_to_end
from streams.log.topics import SHARED, TASKS
from streams.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bandit.settings import Settings
    from streams.log.log import Log

NAME = "demo.db"
GROUP = "poolwise"
FILES = ("", "-wal", "-shm")
"""Endings of the files of a log."""
WAIT_S = 0.05
"""Longest wait for a record that was just written, on a log over a network."""


class Settling:
    """A worker whose step processes all records that are there."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def step(self) -> int:
        """Work until nothing is left; return the number of records."""
        before = self._worker.handled
        while not self._worker.idle():
            self._worker.step(WAIT_S)
        return self._worker.handled - before


@contextmanager
def demo_log(folder: Path, settings: Settings) -> Iterator[tuple[str, Outside, Worker]]:
    """Yield the log's path, its client, and its worker; an earlier log there is replaced.

    Raises
    ------
    LogCorrupt
        If a file of that name exists and is no log.
    LogBusy
        If another demo uses it.
    """
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    address = f"sqlite:{path}"
    with closing(open_log(address, create=True)) as old:
        old.shared(GROUP, SHARED).close()  # refused while another demo is on it
    for ending in (*FILES, f".{GROUP}.lock", f".{GROUP}-learner.lock"):
        path.with_name(NAME + ending).unlink(missing_ok=True)
    fast = LogSettings(synchronous="NORMAL")
    with (
        closing(open_log(address, fast, create=True)) as log,
        _at_work(log, settings) as (outside, worker),
    ):
        yield str(path), outside, worker


@contextmanager
def simulated_log(path: Path, settings: Settings) -> Iterator[tuple[Outside, Settling]]:
    """Yield a client of a new log, and its worker.

    Raises
    ------
    LogError
        If there is a file already, or none can be made.
    """
    if path.exists():
        raise LogError(f"{path}: exists already; name a new file, or delete this one")
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_new(path)) as log, _at_work(log, settings) as (outside, worker):
        yield outside, Settling(worker)


@contextmanager
def demo_on(address: str, settings: Settings) -> Iterator[tuple[str, Outside, Settling]]:
    """Yield the address, a client of the log, and its worker.

    Raises
    ------
    LogError
        If the log cannot be opened, or contains tasks.
    """
    with closing(open_log(address)) as log:
        readers = [log.follow(TASKS, part) for part in range(log.partitions(TASKS))]
        if any(records for reader in readers for records in read_to_end(reader, 1)):
            msg = f"{address}: contains tasks already; the demo needs a log of its own"
            raise LogError(msg)
        with _at_work(log, settings) as (outside, worker):
            yield address, outside, Settling(worker)


def _new(path: Path) -> Log:
    """Create a log; leave nothing behind where that fails, on a full disk say."""
    try:
        return open_log(f"sqlite:{path}", LogSettings(synchronous="NORMAL"), create=True)
    except LogError:
        for ending in FILES:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        raise


@contextmanager
def _at_work(log: Log, settings: Settings) -> Iterator[tuple[Outside, Worker]]:
    make = engine_maker(settings, log.partitions(TASKS))
    worker = Worker(log, make, WorkerSettings(), group=GROUP)
    with closing(worker), closing(Outside(log)) as outside:
        yield outside, worker
        worker.finish()
