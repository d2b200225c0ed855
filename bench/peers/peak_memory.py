"""Largest memory that a process has had of its own, whoever started it.

`ru_maxrss` is no such figure: a process begins with the peak of the one that it was started from,
as Linux carries it over `fork` and `exec` (getrusage(2), proc_pid_status(5)).
"""

from __future__ import annotations

from pathlib import Path


def peak_mb() -> float:
    """Return the peak of the memory resident since the program began, in MiB; Linux alone."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0]) / 1024
    raise OSError("/proc/self/status has no VmHWM")
