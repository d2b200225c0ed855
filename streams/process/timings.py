"""Names of the timings that a worker reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

Timing = Literal["batch_s", "batch_records", "commit_s", "restore_s"]

BATCH_S: Timing = "batch_s"
"""Seconds from the first record of a batch to the end of its commit."""

BATCH_RECORDS: Timing = "batch_records"
"""Records in a batch."""

COMMIT_S: Timing = "commit_s"
"""Seconds that a commit took, whether it succeeded or its outcome is unknown."""

RESTORE_S: Timing = "restore_s"
"""Seconds that restoring a partition's desk took."""

Observe = Callable[[Timing, float], None]
"""Receives the name of a timing and a value."""


def nothing(_name: Timing, _value: float) -> None:
    """Do nothing: the default of a worker without metrics."""
