"""Rows and counts of a task's classes, which may be some of the project's, or unknown to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    part = np.zeros((*counts.shape[:-2], len(classes), len(classes)))
    places, numbers = _known(classes)
    part[..., places[:, None], places] = counts[..., numbers[:, None], numbers]
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
    places, numbers = _known(classes)
    # Laid out as numpy does it when it picks both axes: sums over it keep their last bits.
    part = np.moveaxis(np.empty((len(classes), len(classes), *rows.shape[:-2])), (0, 1), (-2, -1))
    if len(places) < len(classes):  # of 500 classes, 484 at least
        accuracy = rows.trace(axis1=-2, axis2=-1)[..., None, None] / n_known
        part[:] = (1.0 - accuracy) / (len(classes) - 1)
        each = np.arange(len(classes))
        part[..., each, each] = accuracy[..., 0]
    part[..., places[:, None], places] = rows[..., numbers[:, None], numbers]
    shares: Floats = part / part.sum(axis=-1, keepdims=True)
    return shares


def add_of_some(classes: tuple[int, ...], sums: Floats, more: Floats) -> None:
    """Add to the sums of all classes what is of a task's, class by class in the last axis.

    What is of an unknown class is left out.

    Examples
    --------
    >>> sums = np.array([1.0, 2.0, 3.0])
    >>> add_of_some((2, UNKNOWN), sums, np.array([0.5, 9.0]))
    >>> sums.tolist()
    [1.0, 2.0, 3.5]
    """
    if classes == tuple(range(sums.shape[-1])):
        sums += more
        return
    places, numbers = _known(classes)
    sums[..., numbers] += more[..., places]


def _known(classes: tuple[int, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places of the classes that are known, and their numbers."""
    chosen = np.array(classes, np.int64)
    places = np.flatnonzero(chosen >= 0)
    return places, chosen[places]
