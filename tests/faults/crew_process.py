"""Workers and learners: it imports once, and forks one for each line on its input.

Imports take longer than the work between two kills. A line is `ROLE INSTANCE SIGNAL POINT N`, with
`-` for no instance: the fork sends itself SIGNAL the Nth time it comes to that point. Points are
the failpoints of the loop; `sql COMMIT` and `sql INSERT`, just before such a statement runs, so
with the transaction open; `chunk`, a piece of a snapshot that the broker has while the transaction
is open; `commit`, some milliseconds after a commit has begun; and `never`. Answers are
`started PID`, `ended PID STATUS` and, from a fork whose commit had not returned when the signal
came, `during PID`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from contextlib import closing
from typing import TYPE_CHECKING, Any

import msgspec

import streams.kafka_log.log  # noqa: F401, so that no fork has to
from streams.clients.address import open_log
from streams.config.config import parse_config
from streams.core import engine_maker
from streams.embedded.log import EmbeddedLog
from streams.kafka_log.producer import Transactions
from streams.learner import snapshots
from streams.learner.learner_process import LearnerProcess
from streams.monitor.logs import set_up
from streams.process.draining import draining
from streams.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from streams.config.config import Config
    from streams.log.log import Log

FOLLOW, LEARN = "follow", "learn"
"""Decide by the newest snapshot; only learn. Any other role does both."""

CHUNK = "chunk"
CHUNK_BYTES = 4000
"""So that a small brain is written in several."""


def say(what: str, *rest: int) -> None:
    """Answer; a signal's handler may do so too."""
    os.write(1, f"{' '.join([what, *map(str, rest)])}\n".encode())


class Fuse:
    """Sends this process a signal the Nth time it is called with its point."""

    def __init__(self, number: int, point: str, times: int) -> None:
        self._number = number
        self._point = point
        self._left = times

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._number)

    def statement(self, sql: str) -> None:
        """Note that `sql` is about to run."""
        self(f"sql {sql.split(maxsplit=1)[0]}")


class Interruption:
    """Sends this process SIGTERM `delay_s` after the Nth commit has begun."""

    def __init__(self, times: int) -> None:
        self._left = times
        self._delay_s = 0.002 * (times % 5)
        self._sent = False

    def __call__(self, point: str) -> None:
        if point == "before commit":
            self._left -= 1
            if self._left == 0:
                threading.Timer(self._delay_s, self._send).start()
        elif point == "after commit" and self._left == 0:
            self._left = -1
            if self._sent:
                say("during", os.getpid())

    def _send(self) -> None:
        self._sent = True
        os.kill(os.getpid(), signal.SIGTERM)


def tear_snapshots(fuse: Fuse) -> None:
    """Cut snapshots small, and let the broker have each piece before the next is sent."""
    snapshots.CHUNK_BYTES = CHUNK_BYTES
    append = Transactions._append

    def one_by_one(self: Transactions, records: Iterable[tuple[Any, ...]]) -> list[Any]:
        sent = []
        for record in records:
            sent += append(self, [record])
            if record[0].endswith("models"):
                assert self._producer is not None
                self._producer.flush(timeout=10)
                fuse(CHUNK)
        return sent

    Transactions._append = one_by_one  # type: ignore[method-assign]


def work(
    log: Log,
    config: Config,
    role: str,
    failpoint: Callable[[str], None],
    stop: Callable[[], bool],
) -> None:
    """Run one role until `stop` says so."""
    make, group = engine_maker(config.core, log.partitions("tasks")), config.log.group
    runs: Worker | LearnerProcess
    if role == LEARN:
        runs = LearnerProcess(log, make, config.worker, group=group, failpoint=failpoint)
    else:
        runs = Worker(
            log,
            make,
            config.worker,
            group=group,
            follow=role == FOLLOW,
            failpoint=failpoint,
        )
    runs.run(stop=stop)
    runs.close()


def one(config: Config, role: str, number: int, point: str, times: int) -> None:
    """Be one of them, until SIGTERM."""
    if point == "commit":
        with (
            draining(config.worker.drain_s) as asked,
            closing(open_log(config.log.address, config.log)) as log,
        ):
            work(log, config, role, Interruption(times), asked)
        return
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    fuse = Fuse(number, point, times)
    if point == CHUNK:
        tear_snapshots(fuse)
    with closing(open_log(config.log.address, config.log)) as log:
        if isinstance(log, EmbeddedLog):
            log.connection.set_trace_callback(fuse.statement)
        work(log, config, role, fuse, lambda: bool(stopped))


def reap(_number: int, _frame: object) -> None:
    """Tell of all that have ended."""
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        say("ended", child, os.waitstatus_to_exitcode(status))


def main(text: str) -> None:
    """Fork a process for each line."""
    config = parse_config(text)
    set_up(config.logs)  # what is told goes to standard error
    signal.signal(signal.SIGCHLD, reap)
    for line in sys.stdin:
        role, instance, number, words = line.split(maxsplit=3)
        point, times = words.rsplit(maxsplit=1)
        named = None if instance == "-" else instance
        log = msgspec.structs.replace(config.log, instance=named)
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
            status = 1
            try:
                one(msgspec.structs.replace(config, log=log), role, int(number), point, int(times))
                status = 0
            except BaseException:  # noqa: BLE001, a fork must never return to the loop above
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        say("started", child)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


if __name__ == "__main__":
    main(sys.argv[1])
