"""Folds of a log's rows, for models that no row is judged by that they were fitted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.keyed import uniforms

if TYPE_CHECKING:
    from replay.tables.rows import Rows
    from replay.tables.values import Ints


def folds(rows: Rows, count: int, *, clustered: bool) -> Ints:
    """Fold of each row, in 0..count-1, shape (n,); if `clustered`, rows of a group share one.

    It is a keyed hash of the row's number or its group: no value of the row has a say in it.
    """
    key = rows.group if clustered else rows.index
    assert key is not None
    return (uniforms(key, "fold") * count).astype(np.int64)
