"""Memory that numpy's temporary arrays are taken from, kept by the process between them."""

from __future__ import annotations

import numpy as np

KEPT_BYTES = 1 << 22
"""More than any array of a batch has."""


def keep_freed() -> None:
    """Let the allocator reuse what is freed instead of returning it to the system.

    glibc maps each block above 128 KB anew, and every first touch of its pages is a fault: a third
    of the time of a pass that multiplies arrays of 256 KB. When such a block is freed, the limit
    rises to its size, so one that nothing is written to is enough. Other allocators don't mind.

    Source: mallopt(3), M_MMAP_THRESHOLD, of the Linux manual.
    """
    np.empty(KEPT_BYTES, dtype=np.uint8)
