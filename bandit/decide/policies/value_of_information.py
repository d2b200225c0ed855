"""Value of information: the expected gain in confidence from the next few labels.

One label often can't flip an answer, so its own value is zero; several together may. For a pool
whose labels are right with chance q (wrong ones spread evenly over the other K - 1 classes),

    gain(m) = E[max_c posterior after m labels] - max_c posterior now
    value   = max over m <= look-ahead of  worth * gain(m) - m * cost.

Sources: Sheng, Provost and Ipeirotis (2008), KDD, doi:10.1145/1401890.1401965; Kamar, Hacker and
Horvitz (2012), AAMAS 467-474. E[max] needs only how often each class is said: with r = q / e and
e = (1 - q) / (K - 1), it is the sum over outcomes of  coefficient * e^m * max_c prior_c * r^(n_c).
The likeliest four classes are followed one by one, the others are taken to be equally likely: that
is a little too low where they aren't (max is convex), and never too high.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLLOWED = 4
"""Classes followed one by one; a label rarely names the fifth likeliest."""


@lru_cache(maxsize=256)
def _outcomes(n_classes: int, most: int) -> tuple[NDArray[np.int64], Floats, Floats, list[int]]:
    """Return outcomes of 1..most labels: counts, coefficients, sizes, first row of each size."""
    followed = min(FOLLOWED, n_classes)
    others = n_classes - followed
    symbols = followed + (1 if others else 0)
    counts: list[list[int]] = []
    coefficients: list[float] = []
    sizes: list[float] = []
    starts: list[int] = []
    for size in range(1, most + 1):
        starts.append(len(counts))
        for outcome in combinations_with_replacement(range(symbols), size):
            each = [outcome.count(symbol) for symbol in range(symbols)]
            ways = math.factorial(size) / math.prod(math.factorial(n) for n in each)
            for most_alike, among in _alike(each[-1], others).items() if others else [(0, 1.0)]:
                counts.append([*each[:followed], most_alike][:symbols])
                coefficients.append(ways * among)
                sizes.append(float(size))
    return np.array(counts), np.array(coefficients), np.array(sizes), starts


def _alike(labels: int, classes: int) -> dict[int, float]:
    """Count the ways that labels can fall on `classes`, by the count of the most frequent class.

    Examples
    --------
    >>> _alike(2, 3)
    {2: 3.0, 1: 6.0}
    """
    ways_by_top: dict[int, float] = {}
    for parts in _partitions(labels, labels):
        orders = math.factorial(labels) / math.prod(math.factorial(n) for n in parts)
        alike = math.prod(math.factorial(n) for n in Counter(parts).values())
        top = max(parts, default=0)
        ways = orders * math.perm(classes, len(parts)) / alike
        ways_by_top[top] = ways_by_top.get(top, 0.0) + ways
    return {top: ways for top, ways in ways_by_top.items() if ways}


def _partitions(total: int, largest: int) -> Iterator[list[int]]:
    """Yield each way to write `total` as a sum, largest parts first."""
    if total == 0:
        yield []
    for part in range(min(total, largest), 0, -1):
        for rest in _partitions(total - part, part):
            yield [part, *rest]


def expected_confidence(
    posterior: Sequence[float], qualities: Sequence[float], most: int
) -> Floats:
    """Return the expected largest posterior after 1..most labels: shape (pools, most).

    Parameters
    ----------
    posterior
        Chance of every class, shape (K,), K >= 2.
    qualities
        Chance that a label is right, one a pool, each in (0, 1).
    most
        How many labels to look ahead.

    Examples
    --------
    >>> expected_confidence([0.5, 0.5], [0.8], 3).round(3).tolist()
    [[0.8, 0.8, 0.896]]
    >>> expected_confidence([0.1] * 10, [0.8], 1).round(3).tolist()
    [[0.8]]
    """
    counts, coefficients, sizes, starts = _outcomes(len(posterior), most)
    ranked = sorted(posterior, reverse=True)
    others = ranked[FOLLOWED:]
    followed = np.array(ranked[:FOLLOWED] + ([math.fsum(others) / len(others)] if others else []))
    q = np.array(qualities)
    wrong = (1.0 - q) / (len(posterior) - 1)
    powers = (q / wrong)[:, None] ** np.arange(most + 1)
    best = (powers[:, counts] * followed).max(axis=2)
    each = best * coefficients * wrong[:, None] ** sizes
    summed: Floats = np.add.reduceat(each, starts, axis=1)
    return summed


def values_usd(
    posterior: Sequence[float],
    qualities: Sequence[float],
    costs_usd: Sequence[float],
    worth_usd: float,
    most: int,
) -> list[float]:
    """Return the look-ahead value of each pool, in dollars above stopping now.

    `qualities` holds equally many chances for each pool, of better and of worse labelers, over
    which the gain is averaged: labels are worth more where labelers differ and are known.

    Examples
    --------
    >>> [round(v, 3) for v in values_usd([0.5, 0.5], [0.8, 0.9], [0.02, 0.1], 1.0, 3)]
    [0.336, 0.3]
    >>> values_usd([0.999, 0.001], [0.8], [0.02], 1.0, 3)
    [-0.02]
    """
    now = max(posterior)
    if most == 1:
        return _values_of_one(posterior, qualities, costs_usd, worth_usd)
    costs = np.array(costs_usd)[:, None] * np.arange(1, most + 1)
    each = expected_confidence(posterior, qualities, most).reshape(len(costs), -1, most)
    gains = np.maximum(each.mean(axis=1) - now, 0.0)
    best: list[float] = (worth_usd * gains - costs).max(axis=1).tolist()
    return best


def _values_of_one(
    posterior: Sequence[float],
    qualities: Sequence[float],
    costs_usd: Sequence[float],
    worth_usd: float,
) -> list[float]:
    """Return the same for a look-ahead of one label, without arrays: the common last step."""
    first, *others = sorted(posterior, reverse=True)
    wrongs = len(others)
    spread = len(qualities) // len(costs_usd)
    expected = []
    for quality in qualities:
        wrong = (1.0 - quality) / wrongs
        if_first = max(first * quality, others[0] * wrong)
        if_other = sum([max(other * quality, first * wrong) for other in others])
        expected.append(if_first + if_other)
    return [
        worth_usd * max(sum(expected[i * spread : (i + 1) * spread]) / spread - first, 0.0) - cost
        for i, cost in enumerate(costs_usd)
    ]
