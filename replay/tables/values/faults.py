"""What is wrong in a batch: which of its rows can't be used, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bandit.errors import BadValue
from replay.tables.values.unusable import Example, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from replay.tables.formats.piece import Piece


class Faults:
    """Collects the rows of a batch that break a rule; each counts once, for the first it breaks.

    Parameters
    ----------
    piece, row
        Where the batch is from: its piece, and the index in the file of its first row.
    rows
        How many rows it has.
    """

    def __init__(self, piece: Piece, row: int, rows: int) -> None:
        self.bad = np.zeros(rows, dtype=bool)
        self.unusable = Unusable()
        self.name = piece.name
        self._piece, self._row = piece, row

    def put(
        self, broken: NDArray[np.bool_], reason: str, say: Callable[[int], str] | None = None
    ) -> None:
        """Leave rows out.

        Parameters
        ----------
        broken
            Which rows break the rule, shape (rows,).
        reason
            What is counted.
        say
            What is wrong with a row, by its index in the batch; by default the reason says it.
        """
        fresh = broken & ~self.bad
        if not fresh.any():
            return
        row = int(np.argmax(fresh))
        at = self._row + row
        text = f"{self.name} row {at + 1}: {say(row) if say else reason}"
        example = Example(self._piece.number, at, text)
        self.unusable += Unusable.of(reason, int(fresh.sum()), example)
        self.bad |= fresh

    def inside(self, entries: int) -> Faults:
        """Collect the faults of all entries of its lists."""
        return Faults(self._piece, self._row, entries)

    def wrong_type(self, name: str, column: Any, expected: str) -> BadValue:
        """Say that no value of a column can be used, for their type."""
        kind = column.type.value_type if hasattr(column, "dictionary") else column.type
        return BadValue(f"{self.name}: {name} holds {kind}, where {expected} are expected")
