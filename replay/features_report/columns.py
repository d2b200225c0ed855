"""Features as columns of a regression: curves of numbers, indicators of texts, numbers of vectors.

A number is replaced by its rank, on [-1, 1], and by the Legendre polynomials of that up to the
third, so that its scale doesn't matter and a bend is seen.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.features_report.series import Series
    from replay.numerics.arrays import Floats

TEXTS = 20
"""Texts with a column of their own: the most frequent ones."""
LEAST = 5
"""Rows that a text must have for that."""


def columns_of(series: Series) -> Floats:
    """Return the columns of a series, shape (n, columns); one says where it is missing.

    Examples
    --------
    >>> from replay.features_report.series import Series
    >>> found = columns_of(Series("x", "task", "number", (1.0, None, 3.0, 9.0), np.arange(4)))
    >>> found.shape, found[:, 0].round(2).tolist(), found[:, 3].tolist()
    ((4, 4), [-0.67, 0.0, 0.0, 0.67], [0.0, 1.0, 0.0, 0.0])
    """
    if series.kind == "text":
        counts = Counter(text for text in series.texts if text is not None)
        names = [text for text, count in counts.most_common(TEXTS) if count >= LEAST]
        at = {text: i for i, text in enumerate(names)}
        found = np.zeros((len(series.values), len(names) + 1))
        for row, text in enumerate(series.texts):
            if text is None:
                found[row, -1] = 1.0
            elif text in at:
                found[row, at[text]] = 1.0
        return found[:, found.any(axis=0)]
    numbers = series.numbers if series.kind == "vector" else series.numbers[:, None]
    parts = [_ranks(column) for column in numbers.T]
    if series.kind == "number":
        u = parts[0]
        curve = np.where(u == 0.0, 0.0, (3 * u**2 - 1) / 2), (5 * u**3 - 3 * u) / 2
        parts += curve
    if not series.present.all():
        parts.append((~series.present).astype(float))
    return np.column_stack(parts)


def _ranks(numbers: Floats) -> Floats:
    """Return ranks on [-1, 1], equal values sharing theirs; 0 where a number is missing."""
    known = ~np.isnan(numbers)
    found = np.zeros(len(numbers))
    n = int(known.sum())
    if n:
        found[known] = (2.0 * _mean_ranks(numbers[known]) - n - 1.0) / n
    return found


def _mean_ranks(numbers: Floats) -> Floats:
    """Return ranks from 1; equal numbers get the mean of theirs, as by `scipy.stats.rankdata`."""
    _, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ranks: Floats = (np.cumsum(counts) - (counts - 1) / 2.0)[places]
    return ranks
