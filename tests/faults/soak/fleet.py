"""Workers and a learner as an operator runs them: the command, a process each, of one release.

Each may have a clock that is wrong, and is started again when it ends by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.broker.ports import free_port
from tests.faults.soak.memory import resident_mb
from tests.streams.monitor.test_endpoint import get

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LEARNER = "learner"
STOP_S = 40.0

WITH_A_CLOCK = """
import sys, time
skew_s, right = float(sys.argv.pop(1)), time.time
time.time = lambda: right() + skew_s
from poolwise import main
sys.exit(main())
"""
"""The command, where the clock of the machine is wrong by so much."""


class Life(NamedTuple):
    """One process, from its start to its end."""

    name: str
    release: str
    process: subprocess.Popen[bytes]
    said: Path
    port: int
    seen: list[tuple[float, float]]  # seconds since its start, MB

    def last_line(self) -> str:
        """Return what it said at the end."""
        lines = self.said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


class Fleet:
    """Processes by name.

    Parameters
    ----------
    folder
        Where their configurations and what they say are kept.
    trees
        Where the files of each release are.
    config
        The configuration of a name, in TOML.
    """

    def __init__(self, folder: Path, trees: dict[str, Path], config: Callable[[str], str]) -> None:
        self.lives: list[Life] = []
        self.ended: list[str] = []  # by themselves, with what they said
        self.skews_s: dict[str, float] = {}
        self._folder = folder
        self._trees = trees
        self._config = config
        self._running: dict[str, tuple[Life, float]] = {}

    def running(self) -> list[str]:
        """Names of those that are at work."""
        return list(self._running)

    def start(self, name: str, release: str) -> None:
        """Start one."""
        config = self._folder / f"{name}.toml"
        config.write_text(self._config(name), encoding="utf-8")
        verb = ["learn"] if name == LEARNER else ["work", "--follow"]
        skew = str(self.skews_s.get(name, 0.0))
        port = free_port()
        command = [sys.executable, "-c", WITH_A_CLOCK, skew, *verb, "--config", str(config)]
        command += ["--metrics-port", str(port)]
        said = self._folder / f"{len(self.lives)}-{name}-{release}.log"
        with said.open("wb") as file:
            process = subprocess.Popen(
                command,
                stdout=file,
                stderr=file,
                env=os.environ | {"PYTHONPATH": str(self._trees[release])},
                cwd=self._folder,
            )
        life = Life(name, release, process, said, port, [])
        self.lives.append(life)
        self._running[name] = life, time.monotonic()

    def ready(self, name: str) -> bool:
        """Whether one says that it is."""
        try:
            return get(self._running[name][0].port, "/readyz").status == 200
        except OSError:
            return False

    def stop(self, *names: str) -> None:
        """Tell them to stop, all at once, and wait until they have."""
        lives = [self._running.pop(name)[0] for name in names]
        for life in lives:
            life.process.terminate()
        for life in lives:
            if (code := life.process.wait(STOP_S)) not in {0, -signal.SIGTERM}:  # so early
                self.ended.append(f"{life.name} ({life.release}), {code}: {life.last_line()}")

    def kill(self, name: str) -> None:
        """Kill one."""
        life, _ = self._running.pop(name)
        life.process.kill()
        life.process.wait()

    def freeze(self, name: str, passing_s: float) -> None:
        """Let one stand still, as a machine that swaps."""
        process = self._running[name][0].process
        process.send_signal(signal.SIGSTOP)
        time.sleep(passing_s)
        process.send_signal(signal.SIGCONT)

    def look(self) -> None:
        """Note the memory of each; start those again that have ended."""
        for name, (life, began) in list(self._running.items()):
            if (code := life.process.poll()) is not None:
                self.ended.append(f"{name} ({life.release}), {code}: {life.last_line()}")
                self.start(name, life.release)
            elif (megabytes := resident_mb(life.process.pid)) is not None:
                life.seen.append((time.monotonic() - began, megabytes))

    def close(self) -> None:
        """Kill all."""
        for name in self.running():
            self.kill(name)
