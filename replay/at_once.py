"""How many rows to handle at once: few enough to stay in the cache, enough for numpy."""

from __future__ import annotations

MAX_CELLS = 1 << 18
"""Rows × columns of an array: 2 MB of floats."""

MAX_ROWS = 8_192
"""For so few BLAS starts no threads, which would cost more than they save."""


def rows_at_once(width: int) -> int:
    """Rows of arrays that are `width` columns wide.

    Examples
    --------
    >>> rows_at_once(5), rows_at_once(1024)
    (8192, 256)
    """
    return min(max(MAX_CELLS // max(width, 1), 1), MAX_ROWS)
