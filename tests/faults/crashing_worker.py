"""Workers and learners that die on cue.

It imports once and forks a process for each line on its standard input, because imports take longer
than the work between two kills. A line is `ROLE POINT N`: the fork kills itself with SIGKILL the
Nth time it comes to that point. Points are the failpoints of the loop, `sql COMMIT` and
`sql INSERT` (just before such a statement runs, so with the transaction open), and `never`. Roles
are those in `ROLES`. Each fork's number is printed when it is about to start, and `ended` with its
status when it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from typing import TYPE_CHECKING

import structlog

from streams.address import open_log
from streams.config import Config, parse_config
from streams.core import engine_maker
from streams.embedded import EmbeddedLog
from streams.learner import Learner
from streams.worker import Worker

if TYPE_CHECKING:
    from streams.log import Log

WORK, FOLLOW, LEARN, CLOCK = "work", "follow", "learn", "clock"
ROLES = (WORK, FOLLOW, LEARN, CLOCK)
"""Decide and learn; decide by the newest snapshot; learn; decide, learn and write the ticks."""


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


def work(log: Log, config: Config, role: str, fuse: Fuse) -> None:
    """Run until SIGTERM."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    make = engine_maker(config.core, log.partitions("tasks"))
    name = f"{config.log.group}-learner"
    if role == LEARN:
        learner = Learner(log, make, config.worker, name, clock=time.time, failpoint=fuse)
        while not stopped:
            learner.learn(0.2)
        learner.save()
        learner.close()
        return
    worker = Worker(
        log,
        make,
        config.worker,
        group=config.log.group,
        follow=role == FOLLOW,
        clock=time.time if role == CLOCK else None,
        failpoint=fuse,
    )
    worker.run(stop=lambda: bool(stopped))
    worker.close()


def one(config: Config, role: str, fuse: Fuse) -> None:
    """Open the log and run one role on it."""
    log = open_log(config.log.address, config.log)
    if isinstance(log, EmbeddedLog):
        log.connection.set_trace_callback(fuse.statement)
    work(log, config, role, fuse)
    log.close()


def main(text: str) -> None:
    """Fork a process for each line."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    config = parse_config(text)
    for line in sys.stdin:
        role, words = line.split(maxsplit=1)
        point, times = words.rsplit(maxsplit=1)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                one(config, role, Fuse(point, int(times)))
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
    main(sys.argv[1])
