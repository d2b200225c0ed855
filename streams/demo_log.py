"""A fresh embedded log in a folder, with a worker on it whose time somebody else tells."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from streams.address import open_log
from streams.config import WorkerSettings
from streams.core import engine_maker
from streams.outside import Outside
from streams.topics import SHARED
from streams.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bandit.settings import Settings

NAME = "demo.db"
GROUP = "poolwise"


@contextmanager
def demo_log(folder: Path, settings: Settings) -> Iterator[tuple[Path, Outside, Worker]]:
    """Give the log's path, its other end, and its worker; an earlier log there is replaced.

    Raises
    ------
    LogCorrupt
        If what lies there under the log's name isn't a log.
    LogBusy
        If another demo is at work on it.
    """
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True)
    address = f"sqlite:{path}"
    with closing(open_log(address, create=True)) as old:
        old.shared(GROUP, SHARED).close()  # refused while another demo is on it
    for ending in ("", "-wal", "-shm", f".{GROUP}.lock"):
        path.with_name(NAME + ending).unlink(missing_ok=True)
    with closing(open_log(address, create=True, synchronous="NORMAL")) as log:
        worker = Worker(log, engine_maker(settings, 1), WorkerSettings(), group=GROUP)
        with closing(worker), closing(Outside(log)) as outside:
            yield path, outside, worker
            worker.finish()
