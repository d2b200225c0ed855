"""Cross-fitting folds: no model predicts a row that it was fitted on.

The fold of a row is a keyed hash of its cluster, where rows have one; of what is in it, in a log of
up to 131,072 rows, so that the answer is the same in any order of the rows; else of its number.
Rows that are equal but for the reward are told apart by the rank of their rewards, which no unit
changes: by the rest alone they would all be in one fold, whose model had then seen none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.hashed_uniform import mixed, uniforms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats, Ints
    from replay.tables.rows import Rows

FOLDS = 10
"""Each model sees nine tenths of the log."""

MOST_BY_CONTENT = 1 << 17
"""Rows up to which folds are by content, at 25 bytes a row and one more reading of the log. In a
longer log another order moves the estimate by far less than it is uncertain."""


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """How rows get their folds: by group, if `clustered`; `of_row` by number; else by its hash."""

    clustered: bool = False
    of_row: NDArray[np.uint8] | None = None

    def of(self, rows: Rows) -> Ints:
        """Fold of each row, in 0..FOLDS-1, shape (n,)."""
        if self.clustered or self.of_row is None:
            return folds(rows, FOLDS, clustered=self.clustered)
        return self.of_row[rows.index].astype(np.int64)


def folds(rows: Rows, count: int, *, clustered: bool) -> Ints:
    """Fold of each row, in 0..count-1, shape (n,); if `clustered`, rows of a group share one."""
    key = rows.group if clustered else rows.index
    assert key is not None
    return (uniforms(key, "fold") * count).astype(np.int64)


def folds_by_content(
    index: Ints, content: NDArray[np.uint64], reward: Floats, length: int
) -> NDArray[np.uint8]:
    """Fold of each row of a log of `length` rows, from its rows' numbers, hashes and rewards."""
    order = np.lexsort([reward, content])
    ordered = content[order]
    first = np.append(True, ordered[1:] != ordered[:-1])
    before = np.arange(len(order)) - np.maximum.accumulate(
        np.where(first, np.arange(len(order)), 0)
    )
    key = mixed(ordered + before.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    folds = np.zeros(length, np.uint8)
    folds[index[order]] = key % np.uint64(FOLDS)
    return folds
