"""Names of actions and their numbers: learned in the first pass over a table, fixed afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from bandit.errors import BadValue
from replay.numerics.arrays import array_of, strings
from replay.tables.values.numbers import categories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.numerics.arrays import Ints
    from replay.tables.values.faults import Faults

MAX_ACTIONS = 10_000
"""More distinct actions than this are a mistaken column: memory is rows of a chunk × actions."""


class Vocabulary:
    """Names and their codes, 0 and up.

    Examples
    --------
    >>> import pyarrow as pa
    >>> Vocabulary(["a", "b"], grows=False).codes_of(pa.array(["b", "z", None])).tolist()
    [1, -1, -1]
    """

    def __init__(self, names: Sequence[str] = (), *, grows: bool = True) -> None:
        self.names = list(names)
        self.grows = grows
        self._set = strings(self.names)
        self._known: dict[tuple[str, ...], Ints] = {}

    def codes(self, name: str, column: Any, faults: Faults) -> Ints:
        """Code of each value of a column, shape (n,); -1 where it is missing or not known."""
        index, words = categories(name, column, faults)
        table = np.append(self.codes_of(words), -1)
        if self.grows and len(self.names) > MAX_ACTIONS:
            raise too_many(faults.name, name)
        return table[index]

    def codes_of_names(self, names: tuple[str, ...]) -> Ints:
        """Code of each of some different names, as `codes_of`; a name's code never changes."""
        if names not in self._known:
            self._known[names] = self.codes_of(strings(names))
        return self._known[names]

    def codes_of(self, words: Any) -> Ints:
        """Code of each of some different names; new ones are learned if the vocabulary grows."""
        indices = pc.index_in(words, value_set=self._set)
        if self.grows and indices.null_count > words.null_count:
            known = set(self.names)
            self.names += [
                word
                for word in words.unique().to_pylist()
                if word is not None and word not in known
            ]
            self._set = strings(self.names)
            indices = pc.index_in(words, value_set=self._set)
        codes: Ints = array_of(indices, null=-1).astype(np.int64)
        return codes


def too_many(table: str, name: str) -> BadValue:
    """Say that a column of actions has too many different values."""
    return BadValue(
        f"{table}: more than {MAX_ACTIONS} different values of {name}: is that column the action?"
    )
