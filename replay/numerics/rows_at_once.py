"""How many rows to handle at once: few enough to stay in the cache, enough for numpy."""

from __future__ import annotations

MAX_CELLS = 1 << 18
"""Rows × columns of an array: 2 MB of floats."""

MAX_ROWS = 16_384
"""Columns of so many rows stay in the cache of a core, and calls of numpy cost little beside."""


def rows_at_once(width: int) -> int:
    """Rows of arrays that are `width` columns wide.

    Examples
    --------
    >>> rows_at_once(5), rows_at_once(1024)
    (16384, 256)
    """
    return min(max(MAX_CELLS // max(width, 1), 1), MAX_ROWS)
