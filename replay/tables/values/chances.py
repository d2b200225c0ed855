"""Ragged action probabilities: for each row only the actions that it names, laid flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from replay.numerics.batch_size import MAX_CELLS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Chances:
    """Chances of some actions in each of n rows, m in all, row after row.

    `length` is how many actions a row names, shape (n,); `code` and `chance` have shape (m,).
    """

    length: Ints
    code: Ints
    chance: Floats

    def row(self) -> Ints:
        """Row of each entry, shape (m,)."""
        return np.repeat(np.arange(len(self.length)), self.length)

    def of(self, action: Ints) -> Floats:
        """Chance of one action a row, shape (n,); NaN where the row doesn't name it.

        Examples
        --------
        >>> two = Chances(np.array([2, 1]), np.array([0, 1, 0]), np.array([0.4, 0.6, 1.0]))
        >>> two.of(np.array([1, 1])).tolist()
        [0.6, nan]
        """
        hit = self.code == np.repeat(action, self.length)
        chances = np.full(len(self.length), np.nan)
        chances[self.row()[hit]] = self.chance[hit]
        return chances

    def any(self, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rows with an entry that `which`, shape (m,), is true for."""
        result = np.zeros(len(self.length), dtype=bool)
        if which.any():
            result[self.row()[which]] = True
        return result

    def one(self, which: NDArray[np.bool_], row: int) -> float:
        """Return the first chance of a row that `which` is true for."""
        return float(self.chance[(self.row() == row) & which][0])

    def sums(self) -> Floats:
        """Sum of each row's chances, shape (n,)."""
        summed = np.bincount(self.row(), self.chance, minlength=len(self.length))
        return np.asarray(summed, dtype=np.float64)

    def twice(self) -> NDArray[np.bool_]:
        """Rows that name an action twice."""
        result = np.zeros(len(self.length), dtype=bool)
        width = int(self.code.max(initial=-1)) + 2  # an action without a code is in the last one
        rows = max(MAX_CELLS // width, 1)
        end = 0
        for start in range(0, len(result), rows):
            length = self.length[start : start + rows]
            begin, end = end, end + int(length.sum())
            seen = np.zeros((len(length), width), dtype=bool)
            seen[np.repeat(np.arange(len(length)), length), self.code[begin:end]] = True
            result[start : start + rows] = np.count_nonzero(seen, axis=1) < length
        return result

    def where(self, keep: NDArray[np.bool_]) -> Chances:
        """Only the rows that `keep`, shape (n,), is true for."""
        entries = np.repeat(keep, self.length)
        return Chances(self.length[keep], self.code[entries], self.chance[entries])

    def dense(self, start: int, stop: int, actions: int) -> Floats:
        """Chances of all actions in the rows from `start` up to `stop`, (stop - start, actions)."""
        begin, end = self.length[:start].sum(), self.length[:stop].sum()
        row = np.repeat(np.arange(stop - start), self.length[start:stop])
        pmf = np.zeros((stop - start, actions), order="F")
        pmf[row, self.code[begin:end]] = self.chance[begin:end]
        return pmf
