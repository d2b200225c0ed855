"""Columns of Arrow as numbers and names, with what is missing or can't be read as faults."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from replay.numerics.arrays import array_of, is_text, null_mask, strings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats, Ints
    from replay.tables.values.faults import Faults

FLOATS = pa.float64()

NOT_NUMBERS = (pa.types.is_nested, pa.types.is_temporal)
"""Types that hold something else than numbers in every row."""

CLOSE = 4_096
"""Integers that differ by less are counted by value, four times as fast as Arrow hashes them."""

PERCENT = 100.0
WORDS = {"true": 1.0, "false": 0.0}


MOST_QUOTED = 60
"""Characters of a value that fit in a message."""


def quoted(text: str) -> str:
    """Quote a value in a message; a long one is cut.

    Examples
    --------
    >>> quoted("50%"), len(quoted("x" * 3_000))
    ("'50%'", 62)
    """
    return repr(text if len(text) <= MOST_QUOTED else text[: MOST_QUOTED - 1] + "…")


def numbers(name: str, column: Any, faults: Faults, *, may_miss: bool = False) -> Floats:
    """Turn a column into floats, shape (n,), NaN where there is none.

    `true` is 1, `30%` is 0.3, `-$2` is -2.

    What is missing or no number is put into `faults`, what is missing only unless it `may_miss`.

    Raises
    ------
    BadValue
        If the column's type has no numbers.
    """
    kind = column.type
    if kind == FLOATS and not column.null_count:
        return np.asarray(array_of(column))
    if any(wrong(kind) for wrong in NOT_NUMBERS):
        raise faults.wrong_type(name, column, "numbers")
    if column.null_count and not may_miss:
        faults.put(null_mask(column), f"{name} is missing")
    try:
        plain = array_of(column.cast(FLOATS, safe=False))  # whole numbers above 2^53 round
    except pa.ArrowException:
        if not is_text(column):
            raise faults.wrong_type(name, column, "numbers") from None
        return _from_texts(name, column, faults)
    return np.asarray(plain, dtype=np.float64)


def _from_texts(label: str, column: Any, faults: Faults) -> Floats:
    """Read texts of which some are no numbers, each different one once."""
    index, words = categories(label, column, faults)
    read = [_number(word) for word in words.to_pylist()]
    unread = np.array([value is None for value in read] + [False])[index]
    faults.put(
        unread,
        f"{label} is not a number",
        lambda row: f"{label} is {quoted(words[int(index[row])].as_py())}, not a number",
    )
    return np.array([math.nan if value is None else value for value in read] + [math.nan])[index]


def _number(text: str | None) -> float | None:
    if text is None:
        return math.nan
    word = text.strip().lower()
    if word in WORDS:
        return WORDS[word]
    plain = word.removesuffix("%")
    if plain.lstrip("+-").startswith("$"):
        plain = plain.replace("$", "", 1)
    try:
        number = None if "_" in plain else float(plain)
    except ValueError:
        return None
    return number / PERCENT if number is not None and word.endswith("%") else number


def categories(name: str, column: Any, faults: Faults) -> tuple[Ints, Any]:
    """Split a column into its different values as text, and the index of each row's value.

    The index of a missing value is -1. Whole numbers are written without a point, so that 2.0 and
    2 are the same name. Only different values are turned into text, never row by row.

    Raises
    ------
    BadValue
        If the column's type has neither texts nor numbers.
    """
    if pa.types.is_integer(column.type) and len(column) and not column.null_count:
        integers = array_of(column)
        low = int(integers.min())
        if int(integers.max()) - low < CLOSE:
            return _close(integers, low)
    try:
        coded = column
        if not pa.types.is_dictionary(column.type):
            plain = column.cast(pa.string()) if pa.types.is_null(column.type) else column
            coded = plain.dictionary_encode()
        words = coded.dictionary.cast(pa.string())
    except pa.ArrowException as error:
        raise faults.wrong_type(name, column, "texts or numbers") from error
    index = coded.indices
    if coded.null_count:
        index = index.cast(pa.int64())
    return array_of(index, null=-1), words


def _close(integers: NDArray[np.integer[Any]], low: int) -> tuple[Ints, Any]:
    """Split integers from `low` up to less than `CLOSE` more as `categories` does."""
    if integers.dtype.kind == "i":  # 127 is further above -128 than a byte can say
        integers = integers.astype(np.int64, copy=False)
    above = (integers - integers.dtype.type(low)).astype(np.int64, copy=False)
    there = np.bincount(above) > 0
    values = [str(low + int(at)) for at in np.flatnonzero(there)]
    return (np.cumsum(there) - 1)[above], strings(values)
