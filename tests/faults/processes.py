"""Processes that a test starts, kills and waits for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEVER = "never 1"
"""A point that no process dies at."""


def alive(process: int) -> bool:
    """Whether a process runs still."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def end(process: int, number: int = signal.SIGKILL) -> None:
    """Send a signal, if the process is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, number)


class Forks:
    """The process that forks workers, one after the other, by one configuration."""

    def __init__(self, config: str) -> None:
        script = ROOT / "tests" / "faults" / "crashing_worker.py"
        self.process = subprocess.Popen(
            [sys.executable, str(script), config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
        )
        self.child: int | None = None

    def start(self, point: str = NEVER, role: str = "work") -> int:
        """Start a worker that dies at `point`; its process number."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{role} {point}\n")
        self.process.stdin.flush()
        self.child = int(self._line())
        return self.child

    def status(self, timeout_s: float = 60.0) -> int:
        """Return the exit status of the worker, once it has ended."""
        assert self.child is not None
        until = time.monotonic() + timeout_s
        while alive(self.child):
            assert time.monotonic() < until, f"still there after {timeout_s:g} s"
            time.sleep(0.002)
        self.child = None
        return int(self._line().split()[1])

    def stop(self) -> int:
        """Tell the worker to stop; its exit status."""
        assert self.child is not None
        end(self.child, signal.SIGTERM)
        return self.status()

    def close(self) -> None:
        """End the process, and its worker."""
        if self.child is not None:
            end(self.child)
        self.process.communicate(timeout=30)

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()
