"""Clusters of rows, as of one user or day, hashed to a few numbers that are the same everywhere.

The hash is 32-bit FNV-1a of the name in UTF-8, folded to 12 bits by exclusive or, computed for
all different names at once, one byte of each at a time.

Source: Fowler, Noll, Vo and Eastlake (2024), "The FNV Non-Cryptographic Hash Algorithm",
draft-eastlake-fnv, sections 2 and 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.numerics.arrays import null_mask
from replay.tables.values.numbers import categories

if TYPE_CHECKING:
    from replay.numerics.arrays import Ints
    from replay.tables.values.faults import Faults

BITS = 12
GROUPS = 1 << BITS
"""Groups that clusters are hashed into, and that other rows are dealt out to in turn."""

OFFSET_BASIS = 2166136261
PRIME = 16777619


def read_groups(name: str, column: Any, faults: Faults) -> Ints:
    """Group of each row by a column of names, shape (n,); what is missing is put into `faults`."""
    faults.put(null_mask(column), f"{name} is missing")
    index, words = categories(name, column, faults)
    groups = groups_of(words)
    return groups[np.maximum(index, 0)] if len(groups) else np.zeros(len(column), np.int64)


def groups_of(words: Any) -> Ints:
    """Hash names, an Arrow column of text: a number in 0..4095 each, shape (n,); null as ''.

    Examples
    --------
    >>> groups_of(pa.array(["u1", "u2", "u1"])).tolist()
    [985, 3500, 985]
    """
    if not len(words):
        return np.zeros(0, np.int64)
    raw = words.cast(pa.large_binary())
    _, offsets, data = raw.buffers()
    begin = np.frombuffer(offsets, np.int64)[raw.offset : raw.offset + len(raw) + 1]
    length = np.diff(begin)
    text = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    groups = np.full(len(raw), OFFSET_BASIS, np.uint32)
    left = np.flatnonzero(length)
    at = 0
    while len(left):
        groups[left] = (groups[left] ^ text[begin[left] + at]) * np.uint32(PRIME)
        at += 1
        left = left[length[left] > at]
    folded: Ints = ((groups >> BITS) ^ groups).astype(np.int64) & ((1 << BITS) - 1)
    return folded
