"""Values of a series in bins: tenths of numbers, the most frequent texts, and what is missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.features_report.series import Series
    from replay.numerics.arrays import Floats

TENTHS = 10
"""Bins of a number, as usual for the population stability index."""
FIFTHS = 5
"""Bins of each number of a vector: many numbers, few rows."""
TEXTS = 9
"""Texts with a bin of their own; all others share one."""


def binned(series: Series) -> NDArray[np.int64]:
    """Return the bin of each value, one column a number: shape (n, columns); 0 is missing.

    Examples
    --------
    >>> from replay.features_report.series import Series
    >>> values = ("en", "de", None, "en")
    >>> binned(Series("lang", "task", "text", values, np.arange(4))).ravel().tolist()
    [1, 2, 0, 1]
    """
    if series.kind == "text":
        counts = Counter(text for text in series.texts if text is not None)
        bins = {text: i for i, (text, _) in enumerate(counts.most_common(TEXTS), start=1)}
        found = [0 if text is None else bins.get(text, TEXTS + 1) for text in series.texts]
        return np.array(found, np.int64)[:, None]
    if series.kind == "number":
        return _parts(series.numbers, TENTHS)[:, None]
    columns = [_parts(column, FIFTHS) for column in series.numbers.T]
    return np.column_stack(columns)


def one_hot(bins: NDArray[np.int64]) -> Floats:
    """Return bins as indicators: shape (n, bins that occur, of all columns)."""
    columns = [(column[:, None] == np.unique(column)[None, :]).astype(float) for column in bins.T]
    return np.column_stack(columns)


def _parts(numbers: Floats, parts: int) -> NDArray[np.int64]:
    """Return which part of its values a number is in, from 1; 0 where it is missing.

    A value that is frequent has a part of its own.
    """
    present = ~np.isnan(numbers)
    found = np.zeros(len(numbers), np.int64)
    if present.any():
        known = numbers[present]
        edges = np.unique(np.quantile(known, np.arange(1, parts) / parts, method="lower"))
        found[present] = 1 + np.searchsorted(edges, known, side="left")
    return found
