"""Rows and counts of a task's classes, which may be some of the project's, or unknown to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bandit.labels.confusion import Floats

UNKNOWN = -1
"""The number of a class that the model doesn't count: new, or one too many."""


def counts_of_some(classes: tuple[int, ...], counts: Floats) -> Floats:
    """Return the counts of a task's classes: shape (..., classes, classes); 0 where unknown.

    Examples
    --------
    >>> counts_of_some((1, UNKNOWN), np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[4.0, 0.0], [0.0, 0.0]]
    """
    if classes == tuple(range(counts.shape[-1])):
        return counts
    chosen = np.array(classes)
    if counts.shape[-1] == 0:
        return np.zeros((*counts.shape[:-2], len(classes), len(classes)))
    part: Floats = counts[..., chosen[:, None], chosen]
    unknown = chosen < 0
    part[..., unknown, :] = 0.0
    part[..., unknown] = 0.0
    return part


def rows_of_some(classes: tuple[int, ...], rows: Floats) -> Floats:
    """Return the rows of a task's classes: shape (..., classes, classes); each sums to 1.

    A class that is unknown is named as often, when it is the true one, as others are on average.

    Examples
    --------
    >>> rows_of_some((0, UNKNOWN), np.array([[0.8, 0.2], [0.4, 0.6]])).round(2).tolist()
    [[0.73, 0.27], [0.3, 0.7]]
    """
    n_known = rows.shape[-1]
    if classes == tuple(range(n_known)):
        return rows
    chosen = np.array(classes)
    unknown = chosen < 0
    part: Floats = rows[..., chosen[:, None], chosen]
    if unknown.any():
        accuracy = rows.trace(axis1=-2, axis2=-1)[..., None, None] / n_known
        wrong = (1.0 - accuracy) / (len(classes) - 1)
        part[..., unknown, :] = wrong
        part[..., unknown] = wrong
        at = np.flatnonzero(unknown)
        part[..., at, at] = accuracy[..., 0]
    shares: Floats = part / part.sum(axis=-1, keepdims=True)
    return shares
