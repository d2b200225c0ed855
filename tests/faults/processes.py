"""Processes that a test looks at and sends signals to."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def alive(process: int) -> bool:
    """Whether a process runs still."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def is_stopped(process: int) -> bool:
    """Whether SIGSTOP has stopped a process."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


def end(process: int, number: int = signal.SIGKILL) -> None:
    """Send a signal, if the process is still there."""
    with suppress(ProcessLookupError):
        os.kill(process, number)
