"""Fail points: the steps of the worker's loop before and after which a test may kill it."""

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
"""Arguments of a failpoint: `before commit`, `after commit`, ..."""


def nothing(_: object) -> None:
    """Do nothing: the default failpoint and progress callback."""
