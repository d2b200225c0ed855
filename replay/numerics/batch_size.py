"""How many rows are read at once: memory stays flat however wide a row is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH_ROWS = 16_384
"""Most rows of a batch: some MB a column, and few batches."""

MAX_CELLS = 1 << 21
"""Rows × columns of a batch, or rows × actions of an array: 16 MB of floats."""

LIST_CELLS = 512
"""What a list counts as in cells; its length isn't known before it is read."""


def batch_rows(types: Iterable[Any], most: int = BATCH_ROWS) -> int:
    """Rows of a batch with columns of these types, at most `most`.

    Examples
    --------
    >>> batch_rows([pa.string(), pa.float64()])
    16384
    >>> batch_rows([pa.list_(pa.float64()), pa.list_(pa.string())])
    2048
    """
    cells = sum(LIST_CELLS if pa.types.is_nested(kind) else 1 for kind in types)
    return max(min(most, MAX_CELLS // max(cells, 1)), 1_024)
