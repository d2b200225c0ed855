"""Rows by the values of a column: which of them are in which slice."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa

from bandit.errors import BadValue
from replay.numerics.arrays import array_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from replay.tables.rows import Rows

MAX_SLICES = 200
"""Values of a column; with more each slice is too small to say anything."""

MISSING = "(missing)"


class Key(NamedTuple):
    """A slice: the rows where `column` is `value`."""

    column: str
    value: str


def slices_of(rows: Rows) -> Iterator[tuple[Key, NDArray[np.bool_]]]:
    """Yield each slice that the rows fall into, and which of them do, shape (n,).

    Raises
    ------
    BadValue
        If a column has more than `MAX_SLICES` values in them.
    """
    for name, column in rows.by.items():
        coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        codes = array_of(coded.indices, null=-1)
        values = coded.dictionary.cast(pa.string()).to_pylist()
        different = np.unique(codes)
        if len(different) > MAX_SLICES:
            raise _too_many(name)
        for code in different:
            yield Key(name, MISSING if code < 0 else str(values[code])), codes == code


def check_slices(keys: Collection[Key]) -> None:
    """Refuse a column with too many values.

    Raises
    ------
    BadValue
        If one has more than `MAX_SLICES`.
    """
    for column in {key.column for key in keys}:
        many = sum(key.column == column for key in keys)
        if many > MAX_SLICES:
            raise _too_many(column)


def _too_many(column: str) -> BadValue:
    return BadValue(f"--by {column}: it has over {MAX_SLICES} values; slice by a column with fewer")
