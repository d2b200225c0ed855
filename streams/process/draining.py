"""Draining: after a signal, a process finishes its current work, within a time limit.

Rule: what is not committed is not lost, since the next process reads it again. So a process that
can't finish in time may simply exit.
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

ECHO_S = 0.5
"""A signal this soon after the first is its echo: `timeout` and some terminals send it twice."""


@contextmanager
def draining(drain_s: float) -> Iterator[Callable[[], bool]]:
    """Yield a function that returns whether SIGTERM or SIGINT has arrived.

    The process exits with code 1 if this context is not left within `drain_s` after the signal; a
    second signal, unless it is an echo, ends it at once. A thread does both, so they work whatever
    the main thread waits for; Python's own signal handlers would wait for the main thread.
    """
    stopping = threading.Event()
    receiver, sender = socket.socketpair()
    sender.settimeout(0)  # `set_wakeup_fd` requires a non-blocking socket
    watcher = threading.Thread(target=_watch, args=(receiver, stopping, drain_s), daemon=True)
    watcher.start()
    fd_before = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
    before = {number: signal.signal(number, _handled_by_watcher) for number in SIGNALS}
    try:
        yield stopping.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(fd_before)
        sender.close()
        watcher.join()
        receiver.close()


def _handled_by_watcher(_number: int, _frame: object) -> None:
    """Do nothing: Python has written the signal's number to the socket."""


def _watch(receiver: socket.socket, stopping: threading.Event, drain_s: float) -> None:
    """Read one byte per signal, and end of file when the context is left."""
    if not receiver.recv(1):
        return
    stopping.set()
    structlog.get_logger().info("draining", limit_s=drain_s)
    began = time.monotonic()
    while True:
        receiver.settimeout(max(0.001, began + drain_s - time.monotonic()))
        try:
            second = receiver.recv(1)
        except TimeoutError:
            _end(1, f"stopped: not finished {drain_s:g} s after the signal (worker.drain_s)")
            return
        if not second:
            return
        if time.monotonic() - began > ECHO_S:
            _end(128 + second[0], "stopped by a second signal")


def _end(exit_code: int, why: str) -> None:
    """Exit at once, whatever other threads wait for."""
    with suppress(Exception):
        sys.stdout.flush()
    with suppress(Exception):
        sys.stderr.write(f"poolwise: {why}; records that were not committed will be read again\n")
        sys.stderr.flush()
    os._exit(exit_code)
