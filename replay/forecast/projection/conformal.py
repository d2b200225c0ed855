"""Split conformal intervals over the horizon, from the errors of a backtest.

For each step ahead, the half-width is the ⌈(n + 1) level⌉-th smallest of n absolute errors on the
model's scale, the errors of neighbouring steps pooled (1, 2-3, 4-7, 8-15, ... steps ahead).
Source: Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), JASA 113(523), 1094-1111; over a
horizon: Stankeviciute, Alaa and van der Schaar (2021), NeurIPS 34.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def half_widths(errors: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return the half-width at each step ahead.

    Parameters
    ----------
    errors
        Errors on the model's scale, shape (origins, horizon); NaN where unknown.
    level
        Share of values that the interval is to hold, in (0, 1).

    Returns
    -------
    Half-widths, shape (horizon,). A block with too few errors for the level has its largest, or the
    width of all errors together if that is more; if these are too few as well, the largest of all.

    Examples
    --------
    >>> errors = np.arange(1.0, 20.0).reshape(19, 1)
    >>> half_widths(errors, 0.9).tolist(), half_widths(errors[:5], 0.9).tolist()
    ([18.0], [5.0])
    """
    whole = _quantile(errors, level)
    if whole is None:
        return np.full(errors.shape[1], _largest(errors))
    widths = np.empty(errors.shape[1])
    for first, last in blocks(errors.shape[1]):
        block = errors[:, first:last]
        width = _quantile(block, level)
        widths[first:last] = max(whole, _largest(block)) if width is None else width
    return np.maximum.accumulate(widths)


def _largest(errors: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(errors), where=~np.isnan(errors), initial=0.0))


def _quantile(errors: NDArray[np.float64], level: float) -> float | None:
    known = np.abs(errors[~np.isnan(errors)])
    rank = math.ceil((len(known) + 1) * level)
    return float(np.partition(known, rank - 1)[rank - 1]) if rank <= len(known) else None


def blocks(horizon: int) -> Iterator[tuple[int, int]]:
    """Yield the steps ahead whose errors are pooled, each block twice as long as the one before.

    Examples
    --------
    >>> list(blocks(10))
    [(0, 1), (1, 3), (3, 7), (7, 10)]
    """
    first, length = 0, 1
    while first < horizon:
        last = min(horizon, first + length)
        yield first, last
        first, length = last, 2 * length
