"""Whether the memory of a process is flat: resident bytes, looked at by time."""

from __future__ import annotations

import statistics
from pathlib import Path


def resident_mb(process: int | str = "self") -> float | None:
    """Resident memory of a process in MB; `None` if it has gone."""
    try:
        said = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = [line.split()[1] for line in said.splitlines() if line.startswith("VmRSS:")]
    return int(found[0]) / 1024 if found else None


def grown(megabytes: list[float]) -> float:
    """By which share of itself it has grown from the middle third of a life to the last.

    Examples
    --------
    >>> round(grown([50.0, 99.0, 100.0, 100.0, 110.0, 110.0]), 3)
    0.1
    """
    third = len(megabytes) // 3
    middle, last = megabytes[third : 2 * third], megabytes[-third:]
    return statistics.mean(last) / statistics.mean(middle) - 1.0
