"""Shares of the classes: as tasks are weighed, held to what the frequencies of labels show.

Each task is counted by the chances of its classes, and those rest on the shares. So a class that is
often taken for a more frequent one can lose its tasks to it, one after the other: labels are
explained as well without it. But where labelers are right in a share a of their labels, whichever
the class, and who errs names another class as often as it is named, class c is named with the
frequency

    f(c) = a s(c) + (1 - a) f(c) * sum over the other classes d of  s(d) / (1 - f(d)),

which s, the shares of the classes, solve; of two classes, they are the estimate of Rogan and Gladen
(1978, Am. J. Epidemiology 107(1), 71-76). EM approaches them from s = f (Richardson 1972, JOSA
62(1), 55-59) and takes few steps: each trusts more in labelers who err evenly, and few do.

Gold shows the shares without labels. Classes become rare or frequent, so old gold fades.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bandit.labels.confusion import Floats

BY_FREQUENCY = 0.3
"""Share of the tasks that count for the classes as the frequencies of labels show them."""
STEPS = 10
"""Steps of EM; chosen, like `BY_FREQUENCY`, on the sets that decision 47 names."""
GOLD_MEMORY = 100
"""Golds beyond which each one fades those before it: by 1 %."""
_FADES = np.array([[1.0 - 1.0 / GOLD_MEMORY], [(1.0 - 1.0 / GOLD_MEMORY) ** 2]])


def shares_behind(said: Floats, right_rate: float) -> Floats:
    """Return the shares of the classes that `STEPS` of EM find behind labels: shape (classes,).

    Parameters
    ----------
    said
        How many labels name each class, none of them 0: shape (classes,).
    right_rate
        Share of the labels that are right.

    Examples
    --------
    >>> shares_behind(np.array([700.0, 300.0]), 0.75).round(2).tolist()
    [0.87, 0.13]
    >>> shares_behind(np.array([300.0, 300.0, 400.0]), 1.0).round(2).tolist()
    [0.3, 0.3, 0.4]
    """
    frequencies = said / said.sum()
    named = (1.0 - right_rate) * frequencies / (1.0 - frequencies)[:, None]
    np.fill_diagonal(named, right_rate)
    shares: Floats = frequencies
    for _ in range(STEPS):
        shares = shares * (named @ (frequencies / (shares @ named)))
    return shares


def held_counts(counts: Floats, shares: Floats) -> Floats:
    """Return the tasks of each class, of which some are counted by `shares` alone.

    Both have the classes last; the sum of the counts stays the same.

    Examples
    --------
    >>> held_counts(np.array([[90.0, 10.0]]), np.array([0.6, 0.4])).round(9).tolist()
    [[81.0, 19.0]]
    """
    tasks = counts.sum(axis=-1, keepdims=True)
    held: Floats = (1.0 - BY_FREQUENCY) * counts + BY_FREQUENCY * tasks * shares
    return held


def with_gold(counts: Floats, true_class: int, weight: float, golds: int) -> Floats:
    """Return sums of the weights of gold and of their squares, with one more gold.

    Both have the shape (2, classes). It is gold number `golds`: the weights of earlier ones fade
    where there are more than `GOLD_MEMORY`.

    Examples
    --------
    >>> counts = np.array([[100.0, 0.0], [100.0, 0.0]])
    >>> with_gold(counts, 1, 2.0, golds=100).tolist()
    [[100.0, 2.0], [100.0, 4.0]]
    >>> with_gold(counts, 1, 2.0, golds=101).round(4).tolist()
    [[99.0, 2.0], [98.01, 4.0]]
    """
    found: Floats = counts * _FADES if golds > GOLD_MEMORY else counts.copy()
    found[0, true_class] += weight
    found[1, true_class] += weight**2
    return found


def classes_in_gold(counts: Floats, classes: tuple[int, ...]) -> Floats:
    """Return how many tasks with gold are of each of some classes, by `with_gold`'s sums.

    Each counts for as many tasks as it stands for, and all of them together for (sum of w)^2 /
    (sum of w^2), w their weights (Kish 1965, Survey Sampling, section 11.7).

    Examples
    --------
    >>> classes_in_gold(np.array([[30.0, 10.0], [300.0, 100.0]]), (0, 1)).tolist()
    [3.0, 1.0]
    """
    weights, squares = np.zeros((2, len(classes)))
    chosen = np.array(classes)
    known = chosen >= 0
    weights[known], squares[known] = counts[:, chosen[known]]
    if not squares.any():
        return weights
    tasks: Floats = weights * (weights.sum() / squares.sum())
    return tasks
