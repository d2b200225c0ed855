"""Workers and learners at once: it imports once, and forks one for each line on its input.

A line is `ROLE INSTANCE SIGNAL POINT N`, with `-` for no instance: the fork sends itself SIGNAL
the Nth time it comes to that point, as in `crashing_worker.py`. Further points are `chunk`, a piece
of a snapshot that the broker has while the transaction is open, and `commit`, some milliseconds
after a commit has begun. Answers are `started PID`, `ended PID STATUS` and, from a fork whose
commit had not returned when the signal came, `during PID`.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

import msgspec

from streams import snapshots
from streams.config import parse_config
from streams.core import engine_maker
from streams.draining import draining
from streams.failpoints import COMMIT
from streams.kafka import KafkaLog
from streams.kafka_producer import Transactions
from streams.logs import set_up
from streams.worker import Worker
from tests.faults.crashing_worker import work

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.config import Config

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


class Interruption:
    """Sends this process SIGTERM `delay_s` after the Nth commit has begun."""

    def __init__(self, times: int) -> None:
        self._left = times
        self._delay_s = 0.002 * (times % 5)
        self._sent = False

    def __call__(self, point: str) -> None:
        if point == f"before {COMMIT}":
            self._left -= 1
            if self._left == 0:
                threading.Timer(self._delay_s, self._send).start()
        elif point == f"after {COMMIT}" and self._left == 0:
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


def drain(config: Config, times: int) -> None:
    """Work until a signal comes in the middle of a commit, as `poolwise work` does."""
    with draining(config.worker.drain_s) as asked:
        log = KafkaLog(config.log.address, config.log)
        make = engine_maker(config.core, log.partitions("tasks"))
        worker = Worker(log, make, config.worker, failpoint=Interruption(times))
        worker.run(stop=asked)
        worker.close()
        log.close()


def one(config: Config, role: str, number: int, point: str, times: int) -> None:
    """Be one of them."""
    if point == COMMIT:
        drain(config, times)
        return
    fuse = Fuse(number, point, times)
    if point == CHUNK:
        tear_snapshots(fuse)
    log = KafkaLog(config.log.address, config.log)
    work(log, config, role, fuse)  # type: ignore[arg-type]  # its own fuse kills only
    log.close()


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
