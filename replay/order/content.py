"""Rows as numbers that depend on their content alone, not on their place in the log."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from replay.numerics.arrays import array_of
from replay.numerics.hashed_uniform import mixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats
    from replay.tables.rows import Rows

MISSING = -1.0
"""Number of what is missing."""


def numbers_of(column: Any, missing: float = MISSING) -> Floats:
    """Turn a column of the context into numbers, shape (n,): a word is hashed to [0, 2³²).

    Numbers that are written as text are what they are as numbers, so a file in CSV has the folds
    of the same table in Parquet. What is not there is `missing`.

    Examples
    --------
    >>> numbers_of(pa.array([1, None, -(2**63)])).tolist()
    [1.0, -1.0, -9.223372036854776e+18]
    >>> numbers_of(pa.array(["a", "1.50", "a"])).tolist()
    [3904355907.0, 1.5, 3904355907.0]
    """
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return _plain(column.cast(pa.float64(), safe=False), missing)  # above 2^53 they round
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    hashed = _of_words(coded.dictionary.cast(pa.string()), missing)
    numbers: Floats = np.append(hashed, missing)[array_of(coded.indices, null=-1)]
    return numbers


def _plain(column: Any, missing: float) -> Floats:
    numbers: Floats = array_of(column, null=missing)
    return np.where(np.isnan(numbers), missing, numbers)


def _of_words(words: Any, missing: float) -> Floats:
    try:
        return _plain(words.cast(pa.float64()), missing)
    except pa.ArrowException:
        return np.array([_of_word(word, missing) for word in words.to_pylist()], dtype=float)


def _of_word(word: str | None, missing: float) -> float:
    if word is None:
        return missing
    try:
        number = float(word)
    except ValueError:
        return float(crc32(word.encode()))
    return missing if math.isnan(number) else number


def hashes(rows: Rows) -> NDArray[np.uint64]:
    """Hash of each row's action, propensity and context, shape (n,); equal ones are equal.

    The reward has no part in it, for its units are anybody's; nor has what is asked of a row, so
    every target is judged by the same models.
    """
    return _mixed(len(rows), [rows.action, rows.propensity, *_contexts(rows)])


def context_hashes(rows: Rows) -> NDArray[np.uint64]:
    """Hash of each row's context alone, shape (n,)."""
    return _mixed(len(rows), _contexts(rows))


def _contexts(rows: Rows) -> list[Floats]:
    return [numbers_of(rows.context[name]) for name in sorted(rows.context)]


def _mixed(n: int, columns: Sequence[Any]) -> NDArray[np.uint64]:
    result = np.zeros(n, np.uint64)
    for values in columns:
        plain = np.ascontiguousarray(values, np.float64) + 0.0  # -0.0 is 0.0
        result = mixed(result + plain.view(np.uint64))
    return result
