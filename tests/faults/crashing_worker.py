"""A worker that dies on cue.

It imports once and forks a worker for each line on its standard input, because imports take longer
than the work between two kills. A line is `POINT N`: the fork kills itself with SIGKILL the Nth
time it comes to that point. Points are the failpoints of the loop, `sql COMMIT` and `sql INSERT`
(just before such a statement runs, so with the transaction open), and `never`. Each fork's number
is printed when its worker is about to start, and `ended` with its status when it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path

from streams.address import open_log
from streams.config import Config, WorkerSettings, parse_config
from streams.core import engine_maker
from streams.embedded import EmbeddedLog
from streams.worker import Worker

SETTINGS = WorkerSettings(batch_records=20, snapshot_every=60, poll_s=0.02)


def config(text: str) -> Config:
    """Return the settings of the worker, and of whoever checks what it wrote."""
    return parse_config(text)


class Fuse:
    """Kills this process the Nth time it is called with its point."""

    def __init__(self, point: str, times: int) -> None:
        self._point = point
        self._left = times

    def __call__(self, point: str) -> None:
        """Note that `point` is reached."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def statement(self, sql: str) -> None:
        """Note that `sql` is about to run."""
        self(f"sql {sql.split(maxsplit=1)[0]}")


def work(path: Path, core: str, fuse: Fuse) -> None:
    """Run a worker until SIGTERM."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    log = open_log(f"sqlite:{path}")
    assert isinstance(log, EmbeddedLog)
    log.connection.set_trace_callback(fuse.statement)
    make = engine_maker(config(core).core, log.partitions("tasks"))
    worker = Worker(log, make, SETTINGS, failpoint=fuse)
    worker.run(stop=lambda: bool(stopped))
    worker.close()
    log.close()


def main(path: Path, core: str) -> None:
    """Fork a worker for each line."""
    for line in sys.stdin:
        point, times = line.rsplit(maxsplit=1)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(path, core, Fuse(point, int(times)))
                status = 0
            except BaseException:  # noqa: BLE001, a fork must never return to the loop above
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        print(child, flush=True)  # noqa: T201, this is how it answers
        _, status = os.waitpid(child, 0)
        print("ended", os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
