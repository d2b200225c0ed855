"""Workers and learners, each a process of its own, for a test to treat badly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Self

from tests.faults.processes import ROOT, alive, end
from tests.faults.story import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.story import Story

NEVER = "never 1"
"""A point that no process comes to."""


def busy_until(
    story: Story, holds: Callable[[], bool], timeout_s: float = 60.0, what: str = "it"
) -> None:
    """Keep the workers busy until something holds."""

    def kept_busy() -> bool:
        story.keep_busy()
        return holds()

    wait_until(kept_busy, timeout_s, what)


def busy_for(story: Story, passing_s: float) -> None:
    """Keep the workers busy for a time."""
    until = time.monotonic() + passing_s
    busy_until(story, lambda: time.monotonic() > until)


def moved(story: Story, by: int = 50) -> Callable[[], bool]:
    """Whether the group has come so much further."""
    before = story.positions()
    return lambda: story.positions() >= before + by


def feed_no_more(story: Story) -> None:
    """Let the tasks that were fed be all there are."""
    story.tasks = story.labelers._tasks = story.labelers.fed
    story.names = {f"t{i}" for i in range(story.tasks)}


class Crew:
    """Processes forked by one configuration; a context manager that ends them all.

    Parameters
    ----------
    config
        The configuration in TOML; the instance aside, which each has of its own.
    """

    def __init__(self, config: str) -> None:
        script = ROOT / "tests" / "faults" / "crew_process.py"
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed in `close`
        self.during: set[int] = set()
        self._ended: dict[int, int] = {}
        self._running: set[int] = set()
        self._process = subprocess.Popen(
            [sys.executable, str(script), config],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            text=True,
        )

    def start(
        self,
        role: str = "follow",
        instance: str = "-",
        point: str = NEVER,
        number: int = signal.SIGKILL,
    ) -> int:
        """Start one, which gets signal `number` at `point`; its process number."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{role} {instance} {int(number)} {point}\n")
        self._process.stdin.flush()
        while True:
            what, process = self._read()
            if what == "started":
                self._running.add(process)
                return process

    def status(self, process: int, timeout_s: float = 120.0) -> int:
        """Return the exit status of one that is ending."""
        until = time.monotonic() + timeout_s
        while alive(process):
            assert time.monotonic() < until, f"still there after {timeout_s:g} s"
            time.sleep(0.002)
        while process not in self._ended:
            self._read()
        return self._ended[process]

    def stop(self, process: int) -> int:
        """Tell one to stop; its exit status."""
        end(process, signal.SIGTERM)
        return self.status(process)

    def kill(self, process: int) -> None:
        """Kill one."""
        end(process)
        assert self.status(process) == -signal.SIGKILL

    def gone(self, process: int) -> bool:
        """Whether one has ended."""
        return not alive(process)

    def well(self) -> bool:
        """Whether all that were started and not ended by the test are there."""
        return all(map(alive, self._running - self._ended.keys()))

    def close(self) -> None:
        """End all."""
        for process in self._running - self._ended.keys():
            end(process)
        self._process.communicate(timeout=30)
        sys.stderr.write(self.errors())
        self._said.close()

    def errors(self) -> str:
        """Return what they have said on standard error."""
        self._said.seek(0)
        return self._said.read()

    def _read(self) -> tuple[str, int]:
        assert self._process.stdout is not None
        what, process, *rest = self._process.stdout.readline().split()
        if what == "ended":
            self._ended[int(process)] = int(rest[0])
        if what == "during":
            self.during.add(int(process))
        return what, int(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
