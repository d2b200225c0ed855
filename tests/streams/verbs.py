"""How the tests of the verbs run them: in this process, or as the whole command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from streams.log.codec import encode
from tests.streams.scenes import POOLS, task

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]

LINES = [encode(event) for event in (*POOLS, task("t1"), task("t2"))]
"""Two pools and two tasks, as a file has them."""


def run(verb: Any, *args: object, stdin: bytes | None = None) -> Result:
    """Run a verb; an error of ours is raised, as the face sees it."""
    return CliRunner().invoke(verb, list(map(str, args)), input=stdin, catch_exceptions=False)


def start(*args: object, **more: Any) -> subprocess.Popen[bytes]:
    """Start the whole command in a process of its own."""
    command = [sys.executable, "-m", "poolwise", *map(str, args)]
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    options: dict[str, Any] = {"stdout": pipe, "stderr": pipe, "env": environment} | more
    with interruptible():
        return subprocess.Popen(command, **options)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let SIGINT end the processes that are started here, as it does at a terminal.

    Whoever was started in the background by a shell ignores it, and so do their processes.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
