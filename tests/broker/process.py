"""A process that can be paused, resumed and killed, and that never outlives ours."""

from __future__ import annotations

import shlex
import signal
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STOP_S = 30.0


class Process:
    """A running process; what it says is appended to `log`.

    Beside it a shell waits for the end of its own standard input, which comes when our process
    ends for whatever reason, `kill -9` included. The shell then kills, and removes `leftover`.
    """

    def __init__(self, command: Sequence[str], log: Path, leftover: str | None) -> None:
        with log.open("ab") as output:
            # Sessions of their own: a Ctrl-C at the terminal is for us alone.
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=log.parent,
                start_new_session=True,
            )
        remove = f"; rm -rf {shlex.quote(leftover)}" if leftover else ""
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", f"read _; kill -9 {self._child.pid}{remove}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.pid = self._child.pid

    def runs(self) -> bool:
        """Whether it has not ended; a paused one runs."""
        return self._child.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._child.send_signal(number)

    def end(self, number: signal.Signals) -> None:
        """Send a signal that ends it, even if it is paused, and wait until it is gone."""
        self._child.send_signal(number)
        self._child.send_signal(signal.SIGCONT)
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._watchdog.kill()
        self._watchdog.communicate()
