"""Draining: a signal lets a process finish what it has begun, but not for longer than a limit.

Rule: what is not committed is not lost: whoever comes next reads it again. So a process that can't
finish in time may simply end.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNALS = (signal.SIGTERM, signal.SIGINT)

ONE_S = 0.5
"""Signals within so long are one: `timeout` and some terminals send theirs twice."""


@contextmanager
def draining(drain_s: float) -> Iterator[Callable[[], bool]]:
    """Yield what says whether SIGTERM or SIGINT has asked to stop.

    The process ends by itself, with exit code 1, if this isn't left `drain_s` after that; a second
    signal that isn't the first one's echo ends it at once. A thread sees to both, so they hold
    whatever the main thread waits for: Python's own handlers would wait for it, too.
    """
    asked = threading.Event()
    ear, mouth = socket.socketpair()
    mouth.settimeout(0)  # as `set_wakeup_fd` wants it
    watcher = threading.Thread(target=_watch, args=(ear, asked, drain_s), daemon=True)
    watcher.start()
    fd_before = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, _left_to_the_watcher) for number in SIGNALS}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(fd_before)
        mouth.close()
        watcher.join()
        ear.close()


def _left_to_the_watcher(_number: int, _frame: object) -> None:
    """Do nothing here: the number of the signal has been written to the socket."""


def _watch(ear: socket.socket, asked: threading.Event, drain_s: float) -> None:
    """Hear one byte a signal, and the end of the socket once all is done."""
    if not ear.recv(1):
        return
    asked.set()
    structlog.get_logger().info("draining", limit_s=drain_s)
    began = time.monotonic()
    while True:
        ear.settimeout(max(0.001, began + drain_s - time.monotonic()))
        try:
            second = ear.recv(1)
        except TimeoutError:
            _end(1, f"not finished {drain_s:g} s after the signal (worker.drain_s)")
            return
        if not second:
            return
        if time.monotonic() - began > ONE_S:
            _end(128 + second[0], "ended by a second signal")


def _end(exit_code: int, why: str) -> None:
    """End the process, whatever its other threads wait for."""
    with suppress(Exception):
        sys.stdout.flush()
    with suppress(Exception):
        sys.stderr.write(f"poolwise: {why}; what was not committed will be read again\n")
        sys.stderr.flush()
    os._exit(exit_code)
