"""Dense action probabilities: the same actions in every row, one column each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class ChanceMatrix:
    """Chances of k actions in each of n rows: `code`, shape (k,), and `chance`, shape (n, k).

    `chance` lies in memory column by column: of few actions and many rows, numpy sums that up ten
    times faster than row by row.
    """

    code: Ints
    chance: Floats

    def of(self, action: Ints) -> Floats:
        """Chance of one action a row, shape (n,); NaN where it is none of these.

        Examples
        --------
        >>> two = ChanceMatrix(np.array([0, 2]), np.array([[0.4, 0.6], [1.0, 0.0]]))
        >>> two.of(np.array([2, 1])).tolist()
        [0.6, nan]
        """
        size = max(int(self.code.max(initial=-1)), int(action.max(initial=-1))) + 2
        place = np.full(size, len(self.code))  # the last entry is for an action without a code
        place[self.code] = np.arange(len(self.code))
        chances = np.full(len(action), np.nan)
        at = place[action]
        known = at < len(self.code)
        chances[known] = self.chance[known, at[known]]
        return chances

    def any(self, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Rows with an entry that `which`, shape (n, k), is true for."""
        return np.asarray(which.any(axis=1))

    def one(self, which: NDArray[np.bool_], row: int) -> float:
        """Return the first chance of a row that `which` is true for."""
        return float(self.chance[row][which[row]][0])

    def sums(self) -> Floats:
        """Sum of each row's chances, shape (n,)."""
        summed: Floats = self.chance.sum(axis=1)
        return summed

    def where(self, keep: NDArray[np.bool_]) -> ChanceMatrix:
        """Only the rows that `keep`, shape (n,), is true for."""
        return ChanceMatrix(self.code, self.chance[keep])

    def dense(self, start: int, stop: int, actions: int) -> Floats:
        """Chances of all actions in the rows from `start` up to `stop`, (stop - start, actions)."""
        part = self.chance[start:stop]
        if np.array_equal(self.code, np.arange(actions)):
            return part
        pmf = np.zeros((stop - start, actions), order="F")
        pmf[:, self.code] = part
        return pmf
