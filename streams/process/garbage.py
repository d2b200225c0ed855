"""Garbage collection in a worker: what is loaded stays, and what is young is scanned less often."""

from __future__ import annotations

import gc

YOUNG = 50_000
"""New objects between two scans of them: a batch of 1,000 events keeps many thousands until it is
committed, and frees nearly all of them then, without a scan. With Python's 700, scans took 2 % of
the time of a task, with 10,000 more than 1 %; this many are some MB."""


def scan_less() -> None:
    """Never scan again what there is by now, which took 40 ms per 2,000 tasks; scan less often."""
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
