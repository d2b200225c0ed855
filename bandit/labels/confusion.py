"""Confusion rows: what a labeler says of a task of each class, pooled where little is known.

With C[c, y] the labels y that a labeler gave to tasks of class c (counted by the chance of c),

    row(c, y) = (C[c, y] + s T[c, y]) / (C[c] + s),            s = strength of the pool's rows
    T         = M, the rows of the labeler's pool, with the odds of its diagonal scaled so that the
                labeler's accuracy is (right + a base) / (n + a), where base is that under M,
                a = strength of the pool's accuracy: the more alike labelers are, the larger.

The rows of a pool are themselves shrunk, to those of a labeler with one accuracy for all classes:

    M[c, y] = (sum over labelers of w C[c, y] + S target[c, y]) / (sum of w C[c] + S),
    w       = 10 / (C[c] + 10), so that no labeler counts for more than 10 labels of a class.

Source: Dawid and Skene (1979), JRSS C 28(1), 20-28, doi:10.2307/2346806; pooled as in Kim and
Ghahramani (2012), AISTATS, 619-627.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEAST = 1e-4
"""Least chance of an answer: one label never rules a class out."""

LEAST_ACCURACY, MOST_ACCURACY = 0.02, 0.98

START, START_STRENGTH = 0.7, 20.0
"""Accuracy of a pool before any label, and how many labels that counts for."""

EVEN_STRENGTH = 20.0
"""What "even" counts for at first: tasks of each class in the first chain, labels of each class in
the second. One number: the chain that learned faster would explain the first labels better."""

LEAST_LEAD = 0.05
"""A diagonal must lead its column by so much, or the classes may be turned."""

STRENGTH, STRENGTH_WITH_GOLD = 100.0, 20.0
"""S before any gold, and with 20 golds or more. Until then, a pool that seems to guess, or worse,
is taken for new: labels look the same if all labelers are turned, and none would turn them back."""

MOST_OF_ONE = 10.0

FEW = 7
"""Classes up to which one label is weighed with Python's numbers: numpy takes three times as long
for so few, and adds up eight or more in another order."""

BLEND = 0.2
"""Share of the target blended in where it doesn't."""


class Strengths(NamedTuple):
    """Labels that what is known of a pool counts for in what is known of its labelers.

    `rows` are labels of a class, for the pool's rows; `accuracy` labels, for its accuracy.
    """

    rows: float
    accuracy: float


def labeler_rows(
    counts: Floats, pool_rows: Floats, strengths: Strengths, odds: Floats | None = None
) -> Floats:
    """Return the rows of labelers: shape (labelers, chains, classes, classes).

    Parameters
    ----------
    counts
        C of each labeler: shape (labelers, chains, classes, classes).
    pool_rows
        M of each labeler's pool: the same shape.
    strengths
        What the pool's rows and accuracy count for.
    odds
        Factor on the odds of a right answer, if any: shape (labelers, chains).

    Examples
    --------
    >>> right = np.array([[[[9.0, 1.0], [1.0, 9.0]]]])
    >>> even = np.full((1, 1, 2, 2), 0.5)
    >>> labeler_rows(right, even, Strengths(4.0, 4.0))[0, 0, 0].round(2).tolist()
    [0.88, 0.12]
    """
    per_class = np.add.reduce(counts, axis=3)
    places = _diagonal(*counts.shape[:3])
    scaled, rest = _scaled_diagonal(counts.take(places), per_class, pool_rows, strengths.accuracy)
    towards = pool_rows * rest[..., None]
    towards.put(places, scaled)
    towards *= strengths.rows
    towards += counts
    towards /= (per_class + strengths.rows)[..., None]
    if odds is not None:
        towards = tilted(towards, odds)
    return np.maximum(towards, LEAST, out=towards)


def tilted(rows: Floats, tilts: Floats) -> Floats:
    """Return rows with the odds of a right answer multiplied: (pools, chains, classes, classes).

    `tilts` are those factors: shape (pools,), or (pools, chains).

    Examples
    --------
    >>> tilted(np.array([[[[0.5, 0.5], [0.2, 0.8]]]]), np.array([4.0]))[0, 0, 0].round(3).tolist()
    [0.8, 0.2]
    """
    right = np.minimum(rows.diagonal(axis1=2, axis2=3), 1.0 - LEAST)
    odds = tilts.reshape(len(tilts), -1, 1)
    moved = odds * right / (1.0 - right + odds * right)
    changed: Floats = rows * ((1.0 - moved) / (1.0 - right))[..., None]
    index = np.arange(rows.shape[2])
    changed[:, :, index, index] = moved
    return changed


def answer_chances(rows: Floats, answers: Ints, tilts: Floats) -> Floats:
    """Return the chance of each label given each class: shape (labels, chains, classes).

    Parameters
    ----------
    rows
        Those of each label's labeler: shape (labels, chains, classes, classes).
    answers
        The class that each label names: shape (labels,).
    tilts
        Factor on the odds that each label is right, from the signals that came with it.

    Examples
    --------
    >>> rows = np.array([[[[0.8, 0.2], [0.3, 0.7]]]])
    >>> answer_chances(rows, np.array([0]), np.array([1.0])).round(3).tolist()
    [[[0.8, 0.3]]]
    """
    shape = rows.shape[:3]
    named = answers[:, None, None]
    odds = tilts[:, None, None]
    scale = rows.take(_diagonal(*shape))
    scale *= odds - 1.0
    scale += 1.0
    chances: Floats = rows.take(_rows(*shape) + named)
    chances /= scale
    np.multiply(chances, odds, out=chances, where=_classes(shape[2]) == named)
    return np.maximum(chances, LEAST, out=chances)


def answer_chances_of_one(rows: Floats, answer: int, tilt: float) -> Floats:
    """Return the same of one label, to the bit: shape (chains, classes).

    `rows` are those of its labeler: shape (chains, classes, classes).

    Examples
    --------
    >>> rows = np.array([[[0.8, 0.2], [0.3, 0.7]]])
    >>> answer_chances_of_one(rows, 0, 1.0).round(3).tolist()
    [[0.8, 0.3]]
    """
    if rows.shape[1] > FEW:
        only: Floats = answer_chances(rows[None], np.array([answer]), np.array([tilt]))[0]
        return only
    more = tilt - 1.0
    chances = [
        [
            max(row[answer] / (row[c] * more + 1.0) * (tilt if c == answer else 1.0), LEAST)
            for c, row in enumerate(of_chain)
        ]
        for of_chain in rows.tolist()
    ]
    return np.array(chances)


@lru_cache(maxsize=256)
def _rows(n_labels: int, chains: int, k: int) -> Ints:
    """Return the places where rows begin in arrays of so many: shape (labels, chains, classes)."""
    return np.arange(0, n_labels * chains * k * k, k).reshape(n_labels, chains, k)


@lru_cache(maxsize=256)
def _diagonal(n_labels: int, chains: int, k: int) -> Ints:
    """Return the places of the diagonals."""
    places: Ints = _rows(n_labels, chains, k) + np.arange(k)
    return places


@lru_cache(maxsize=256)
def _classes(k: int) -> Ints:
    return np.arange(k)


def _scaled_diagonal(
    right: Floats, per_class: Floats, pool_rows: Floats, strength: float
) -> tuple[Floats, Floats]:
    """Return the diagonal of T, and the factor on the rest of each of its rows.

    `right` and `per_class` are the counts of right labels and of all, by class; `strength` are the
    labels that the pool's accuracy counts for.
    """
    k = right.shape[2]
    total = np.add.reduce(per_class, axis=2) + strength
    diagonal = np.minimum(pool_rows.take(_diagonal(*right.shape)), 1.0 - LEAST)
    base = np.add.reduce((per_class + strength / k) * diagonal, axis=2) / total
    accuracy = (np.add.reduce(right, axis=2) + strength * base) / total
    accuracy = np.minimum(np.maximum(accuracy, LEAST_ACCURACY), MOST_ACCURACY)
    odds = accuracy * (1.0 - base) / ((1.0 - accuracy) * base)
    wrong = 1.0 - diagonal
    scaled = odds[..., None] * diagonal
    scaled /= wrong + scaled
    return scaled, (1.0 - scaled) / wrong


def capped(counts: Floats) -> Floats:
    """Return w C: the counts of labelers, none of whom counts for more than `MOST_OF_ONE` a class.

    Examples
    --------
    >>> capped(np.array([[30.0, 10.0], [0.0, 0.0]])).round(2).tolist()
    [[6.0, 2.0], [0.0, 0.0]]
    """
    weighted: Floats = counts * (MOST_OF_ONE / (counts.sum(axis=-1, keepdims=True) + MOST_OF_ONE))
    return weighted


def pool_rows(sums: Floats, right: Floats, total: Floats, said: Floats, strength: float) -> Floats:
    """Return M of each pool, for both chains: shape (pools, 2, classes, classes).

    Parameters
    ----------
    sums
        Sum of w C over the labelers of each pool: shape (pools, 2, classes, classes).
    right, total
        Labels that were right, and all: shape (pools, 2).
    said
        Labels of each class that the pool gave: shape (pools, classes).
    strength
        S: labels of a class that the target counts for. While it is above `STRENGTH_WITH_GOLD`, a
        pool whose rows would be no better than guesses gets those of a new one.
    """
    n_classes = sums.shape[-1]
    accuracy = (right + START_STRENGTH * START) / (total + START_STRENGTH)
    target = np.empty_like(sums)
    eye = np.eye(n_classes)
    of = accuracy[:, 0, None, None]
    target[:, 0] = of * eye + (1.0 - of) / (n_classes - 1) * (1.0 - eye)
    # The second chain explains skewed labels by labelers who prefer some answers.
    lead = ((accuracy[:, 1] - 1.0 / n_classes) / (1.0 - 1.0 / n_classes)).clip(0.2, 0.9)
    often = (said + EVEN_STRENGTH) / (said + EVEN_STRENGTH).sum(axis=1, keepdims=True)
    target[:, 1] = lead[:, None, None] * eye + (1.0 - lead)[:, None, None] * often[:, None, :]
    rows: Floats = (sums + strength * target) / (sums.sum(axis=-1, keepdims=True) + strength)
    others = np.where(eye > 0, -np.inf, rows).max(axis=2)
    turned = (rows.diagonal(axis1=2, axis2=3) < others + LEAST_LEAD).any(axis=2)
    mixed = (1.0 - BLEND) * rows + BLEND * target
    rows = np.where(turned[..., None, None], mixed, rows)
    if strength <= STRENGTH_WITH_GOLD:
        return rows
    guesses = rows.trace(axis1=2, axis2=3) / n_classes < 1.0 / n_classes + LEAST_LEAD
    new = START * eye + (1.0 - START) / (n_classes - 1) * (1.0 - eye)
    return np.where(guesses[..., None, None], new, rows)
