"""Arrow's columns as NumPy's arrays, and back, past pandas.

Arrow's own ways (`to_numpy`, `pa.array`) import pandas to look whether something is of it: 30 MB,
and as much time as a million rows take.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


def array_of(column: Any, null: float = math.nan) -> NDArray[Any]:
    """View a column of numbers or booleans as an array, shape (n,); what is missing is `null`.

    Examples
    --------
    >>> array_of(pa.array([1.0, None, 2.0])).tolist()
    [1.0, nan, 2.0]
    >>> array_of(pa.array([7, None]), null=-1).tolist()
    [7, -1]
    >>> array_of(pa.array([True, False])[1:]).tolist()
    [False]
    """
    if pa.types.is_boolean(column.type):
        return np.from_dlpack(column.cast(pa.uint8())).view(np.bool_)
    if column.null_count:
        column = pc.fill_null(column, column_of(np.array([null]))[0].cast(column.type))
    return np.from_dlpack(column)


def column_of(array: NDArray[Any]) -> Any:
    """View an array of numbers as a column; one of booleans is copied.

    Examples
    --------
    >>> column_of(np.array([True, False, True])).to_pylist()
    [True, False, True]
    """
    bits = np.packbits(array, bitorder="little") if array.dtype == np.bool_ else array
    kind, buffer = pa.from_numpy_dtype(array.dtype), pa.py_buffer(np.ascontiguousarray(bits))
    return pa.Array.from_buffers(kind, len(array), [None, buffer])


def strings(words: Sequence[str]) -> Any:
    """Turn strings into a column of text.

    Examples
    --------
    >>> strings(["a", "é", ""]).to_pylist()
    ['a', 'é', '']
    """
    encoded = [word.encode() for word in words]
    ends = pa.py_buffer(np.cumsum([0, *map(len, encoded)], dtype=np.int32))
    return pa.StringArray.from_buffers(len(words), ends, pa.py_buffer(b"".join(encoded)))


def null_mask(column: Any) -> NDArray[np.bool_]:
    """Which values are missing, shape (n,)."""
    return array_of(column.is_null())


def is_text(column: Any) -> bool:
    """Whether a column holds text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
