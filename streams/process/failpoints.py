"""Fail points: the steps of the worker's loop before and after which a test may kill it."""

from __future__ import annotations

STEPS = ("tick", "poll", "receive", "commit", "keep", "learn", "snapshot", "restore")

FAILPOINTS = tuple(f"{when} {step}" for step in STEPS for when in ("before", "after"))
"""Arguments of a failpoint: `before commit`, `after commit`, ..."""


def nothing(_: object) -> None:
    """Do nothing: the default failpoint and progress callback."""
