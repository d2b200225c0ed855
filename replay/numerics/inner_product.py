"""Inner products of long arrays by one thread, to the same last bit on any number of cores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats

AT_ONCE = 8_192
"""OpenBLAS splits longer inner products among threads: slower, and rounded by their number."""


def inner(a: Floats, b: Floats) -> float:
    """Σ a b of two arrays of shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> inner(np.ones(20_000), np.full(20_000, 0.5))
    10000.0
    """
    n = len(a)
    if n <= AT_ONCE:
        return float(a.dot(b))
    total = 0.0
    for start in range(0, n, AT_ONCE):
        total += float(a[start : start + AT_ONCE].dot(b[start : start + AT_ONCE]))
    return total
