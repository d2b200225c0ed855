"""Rows at which progressive models are refitted; they depend on row numbers alone."""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from replay.tables.rows import Rows

FIRST_FIT = 32
"""Rows before the first fit; until then there is no prediction."""

GROWTH = 1.25
"""A fit for each quarter more rows: some 40 fits for a million rows."""


def boundaries(rows: int) -> list[int]:
    """First rows of the blocks of a log of `rows` rows.

    Examples
    --------
    >>> boundaries(150)
    [0, 32, 64, 96, 128]
    """
    starts = [0]
    at = FIRST_FIT
    while at < rows:
        starts.append(at)
        at = after(at)
    return starts


def after(rows: int) -> int:
    """At how many rows to fit again, having fitted at `rows`."""
    return max(int(rows * GROWTH), rows + FIRST_FIT)


def cut(rows: Rows, starts: list[int], most: int) -> Iterator[tuple[int, Rows]]:
    """Cut rows, in order of their numbers, into pieces of at most `most` within a block each.

    Yields the number of the block and the rows.
    """
    if not len(rows):
        return
    assert rows.index is not None
    first, last = int(rows.index[0]), int(rows.index[-1])
    inside = [start for start in starts if first < start <= last]
    at = [0, *(int(i) for i in rows.index.searchsorted(inside)), len(rows)]
    for start, stop in pairwise(at):
        for begin in range(start, stop, most):
            block = bisect_right(starts, int(rows.index[begin])) - 1
            yield block, rows.slice(begin, min(begin + most, stop))
