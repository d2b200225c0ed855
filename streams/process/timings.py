"""Timings: what a worker measures of itself, by name, for whoever wants to know."""

from __future__ import annotations

from collections.abc import Callable

BATCH_S = "batch_s"
"""Seconds from the first record of a batch to the end of its commit."""

BATCH_RECORDS = "batch_records"
"""Records in a batch."""

COMMIT_S = "commit_s"
"""Seconds that a commit took, known to have succeeded or not."""

RESTORE_S = "restore_s"
"""Seconds until a partition's desk was read back."""

Observe = Callable[[str, float], None]
"""Takes the name of a timing and one value of it."""


def nothing(_name: str, _value: float) -> None:
    """Take no notice: of a worker that isn't measured."""
