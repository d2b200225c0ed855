"""Ambiguity: on some tasks the labelers of a pool take one class for another, all alike.

A task of class c may have a rival class c', the same for all pools. In each pool it shows at a
level a of 0, 1/4, 1/2, 3/4 or 1, and then

    P(y | c, c', a) = (1 - a) row(c, y) + a row(c', y).

The levels have weights g(a), learned for a project by EM; at first they are in proportion to
0.3^(4a). With `prior` the chances of the classes, K classes, and i the labels of each pool, the
joint chance of class and rival is

    S[c, c'] = prior(c) * (w0 if c' = c else (1 - w0) / (K - 1))
               * product over pools of  sum over a of  v(a) * product over i of P(y_i | c, c', a).

With one pool w0 = g(0), and v is g without its first. With several, a rival is there with chance
min(0.9, (1 - g(0)) / 0.5), and shows in a pool with chance 0.5: so each pool's level is g again.
No rival is more predictable than its own class, so many labels never make the rival win.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
START = 0.3 ** (4.0 * LEVELS) / (0.3 ** (4.0 * LEVELS)).sum()
"""Weights of the levels before any task."""
STRENGTH = 20.0
"""Tasks that `START` counts for."""
SHOWN = 0.5
"""Chance that a rival shows in a pool, where there are several."""
MOST_RIVALS = 0.9


class LevelWeights(NamedTuple):
    """Chance that a class has no rival, and the weights v of the levels if it has one."""

    alone: float
    levels: Floats


def level_weights(counts: Floats, *, one_pool: bool) -> LevelWeights:
    """Return the weights of the levels from how many tasks were of each: shape (levels,).

    Examples
    --------
    >>> weights = level_weights(np.zeros(5), one_pool=True)
    >>> round(weights.alone, 3), weights.levels.round(3).tolist()
    (0.702, [0.0, 0.706, 0.212, 0.064, 0.019])
    """
    shares = counts + STRENGTH * START
    shares = shares / shares.sum()
    levels = shares / (1.0 - shares[0])
    levels[0] = 0.0
    if one_pool:
        return LevelWeights(float(shares[0]), levels)
    levels *= 1.0 - SHOWN
    levels[0] = SHOWN
    return LevelWeights(1.0 - min(MOST_RIVALS, float(1.0 - shares[0]) / SHOWN), levels)


class Joint(NamedTuple):
    """Chances of class and rival: shape (chains, classes, classes); they sum to 1 in each chain.

    `by_level` are, for each pool that has labels, the chances of its levels given class and rival:
    pool -> (levels, chains, classes, classes).
    """

    chances: Floats
    by_level: dict[str, Floats]

    def posterior(self) -> Floats:
        """Return the chances of the classes: shape (chains, classes)."""
        chances: Floats = self.chances.sum(axis=2)
        return chances

    def level_shares(self, true_class: int | None = None) -> Floats:
        """Return the chance of each level, the mean over pools: shape (chains, levels).

        With `true_class`, given that it is the class. Where there is no rival, the level is 0.
        """
        table = self.chances
        if true_class is not None:
            held = table[:, true_class]
            table = np.zeros_like(table)
            table[:, true_class] = held / held.sum(axis=1, keepdims=True)
        rivals = table * _off_diagonal(table.shape[1])
        shares = np.zeros((len(table), len(LEVELS)))
        for weights in self.by_level.values():
            shares += (weights * rivals).sum(axis=(2, 3)).T
        shares /= max(1, len(self.by_level))
        shares[:, 0] += 1.0 - shares.sum(axis=1)
        return shares


def joint(answers: Floats, pools: Sequence[str], prior: Floats, weights: LevelWeights) -> Joint:
    """Return the joint chances of class and rival.

    Parameters
    ----------
    answers
        P(label | class): shape (labels, chains, classes); see `bandit.labels.confusion`.
    pools
        The pool of each label.
    prior
        Chance of each class: shape (chains, classes).
    weights
        Those of the levels.
    """
    table = _rivals(prior.shape[1], round(weights.alone, 4)) * prior[:, :, None]
    by_level: dict[str, Floats] = {}
    if len(pools):
        own = answers / answers.max(axis=2, keepdims=True)  # so that no product underflows
        a = _LEVELS
        each = (1.0 - a) * own[:, None, :, :, None] + a * own[:, None, :, None, :]
        shares = weights.levels[:, None, None, None]
        is_one = len(set(pools)) == 1
        for pool in dict.fromkeys(pools):
            of = each if is_one else each[[i for i, other in enumerate(pools) if other == pool]]
            levels = np.multiply.reduce(of, axis=0) * shares + 1e-300
            total = np.add.reduce(levels, axis=0)
            by_level[pool] = levels / total
            table = table * total
        table /= table.sum(axis=(1, 2), keepdims=True)
    return Joint(table, by_level)


_LEVELS = LEVELS[:, None, None, None]


@lru_cache(maxsize=64)  # a table of 400 classes has 1.3 MB
def _rivals(n_classes: int, alone: float) -> Floats:
    eye = np.eye(n_classes)
    table: Floats = alone * eye + (1.0 - alone) / (n_classes - 1) * (1.0 - eye)
    return table


@lru_cache(maxsize=256)
def _off_diagonal(n_classes: int) -> Floats:
    return 1.0 - np.eye(n_classes)
