"""The steps of the worker's loop, by name: where a test may kill it."""

from __future__ import annotations

TICK = "tick"
POLL = "poll"
RECEIVE = "receive"
COMMIT = "commit"
KEEP = "keep"
LEARN = "learn"
SNAPSHOT = "snapshot"
RESTORE = "restore"

STEPS = (TICK, POLL, RECEIVE, COMMIT, KEEP, LEARN, SNAPSHOT, RESTORE)

FAILPOINTS = tuple(f"{when} {step}" for step in STEPS for when in ("before", "after"))
"""What a failpoint is called with: `before commit`, `after commit`, ..."""


def nothing(_: object) -> None:
    """Do nothing: the failpoint, and the progress, of a worker that isn't watched."""
