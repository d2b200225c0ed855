"""Ambiguity: on some tasks the labelers of a pool take one class for another, all alike.

A task of class c may have a rival class c', the same for all pools. In each pool it shows at a
level a of 0, 1/4, 1/2, 3/4 or 1, and then

    P(y | c, c', a) = (1 - a) row(c, y) + a row(c', y).

With `prior` the chances of the classes, K classes, and i the labels of each pool, the joint chance
of class and rival is

    S[c, c'] = prior(c) * (1 - r if c' = c else r / (K - 1))
               * product over pools of  sum over a of  v(a) * product over i of P(y_i | c, c', a).

The chance r of a rival and the weights v of its levels are learned for a project by EM. With one
pool a rival that doesn't show can't be told from none: so v(0) = 0, and the others are at first in
proportion to 0.3^(4a). With several pools a rival may show in one and not in another: at first
v(0) = 1/2, and the other levels are alike. No rival is more predictable than its own class, so many
labels never make the rival win.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from bandit.labels.confusion import FEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LEVELS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
RIVAL = len(LEVELS)
"""The place of the tasks that have a rival, behind those of each level."""
START = 0.3 ** (4.0 * LEVELS) / (0.3 ** (4.0 * LEVELS)).sum()
"""Weights of the levels before any task, the first for no rival."""
STRENGTH = 100.0
"""Tasks that `START` counts for: with few, labelers who err alone can look like ambiguous tasks."""
SHOWN = np.array([0.5, 0.125, 0.125, 0.125, 0.125])
"""Weights of the levels in each of several pools, if there is a rival, before any task."""
SHOWN_STRENGTH = 50.0
"""Tasks with a rival that `SHOWN` counts for."""
MOST_RIVALS = 0.9
_ALL = slice(None)


class LevelWeights(NamedTuple):
    """Chance that a class has no rival, and the weights v of the levels if it has one.

    `shown` is the mean level of a class, that of one without a rival 0: what a single label needs.
    """

    alone: float
    levels: Floats
    shown: float

    @classmethod
    def of(cls, alone: float, levels: Floats) -> LevelWeights:
        """Return the weights with what follows from them."""
        return cls(alone, levels, (1.0 - round(alone, 4)) * float(levels @ LEVELS))


def level_weights(counts: Floats, *, one_pool: bool) -> LevelWeights:
    """Return the weights of the levels.

    `counts` are how many tasks were of each level, the mean over their pools, and how many had a
    rival: shape (levels + 1,).

    Examples
    --------
    >>> weights = level_weights(np.zeros(6), one_pool=True)
    >>> round(weights.alone, 3), weights.levels.round(3).tolist()
    (0.702, [0.0, 0.706, 0.212, 0.064, 0.019])
    >>> weights = level_weights(np.array([700.0, 0.0, 0.0, 200.0, 0.0, 300.0]), one_pool=False)
    >>> round(weights.alone, 2), weights.levels.round(2).tolist()
    (0.67, [0.36, 0.02, 0.02, 0.59, 0.02])
    """
    shares = counts[:RIVAL] + STRENGTH * START
    if one_pool:
        shares = shares / shares.sum()
        levels = shares / (1.0 - shares[0])
        levels[0] = 0.0
        return LevelWeights.of(float(shares[0]), levels)
    rivals = counts[RIVAL] + STRENGTH * (1.0 - START[0])
    levels = counts[:RIVAL] + SHOWN_STRENGTH * SHOWN
    levels[0] += counts[RIVAL] - counts[:RIVAL].sum()
    alone = 1.0 - min(MOST_RIVALS, float(rivals / shares.sum()))
    return LevelWeights.of(alone, levels / levels.sum())


class Grouped(NamedTuple):
    """Labels in the order of their tasks and, of each task, in that of the pools.

    The labels of a pool on a task are a group: `starts` are the places of their first labels,
    `tasks` the numbers of their tasks, and `firsts` the first group of each task.
    """

    starts: Ints
    tasks: Ints
    firsts: Ints


class Joint(NamedTuple):
    """Chances of class and rival: shape (tasks, chains, classes, classes); they sum to 1 in each.

    `levels` are, for each group of labels, the chances of its levels and labels given class and
    rival, up to a factor: shape (groups, levels, chains, classes, classes); `given` their sums over
    the levels. P(labels) is `total`, shape (tasks, chains), times the product of a task's `scales`,
    shape (labels, chains).
    """

    chances: Floats
    levels: Floats
    given: Floats
    total: Floats
    scales: Floats

    def by_level(self) -> Floats:
        """Return the chances of the levels of each group, given class and rival."""
        shares: Floats = self.levels / self.given[:, None]
        return shares

    def posterior(self) -> Floats:
        """Return the chances of the classes: shape (tasks, chains, classes)."""
        chances: Floats = np.add.reduce(self.chances, axis=3)
        return chances

    def evidence(self, tasks: Any = _ALL, labels: Any = _ALL) -> Floats:
        """Return log P(labels) of some tasks together, and of their labels: shape (chains,)."""
        found: Floats = np.add.reduce(np.log(self.total[tasks]), axis=0)
        found += np.add.reduce(np.log(self.scales[labels]), axis=0)
        return found

    def label_shares(self, answers: Floats, of: Grouped) -> Floats:
        """Return, for each label, the chance of each class that it was given for it.

        That is the task's class or its rival, from P(label | class). Shape: (labels, chains,
        classes).
        """
        chances = self.by_level()
        chances *= self.chances[of.tasks][:, None]
        chances = chances.repeat(np.diff(of.starts, append=len(answers)), axis=0)
        answers = answers[:, None]
        own = (_APART * answers)[..., None]
        own = own / (own + (_LEVELS * answers)[..., None, :]) * chances
        shares: Floats = np.add.reduce(own, axis=(1, 4))
        shares += np.add.reduce(chances - own, axis=(1, 3))
        return shares

    def level_shares(self, of: Grouped, golds: Mapping[int, int]) -> Floats:
        """Return the chance of each level, the mean over pools, and that of a rival.

        Shape: (tasks, chains, levels + 1). Where there is no rival, the level is 0. Of a task in
        `golds`, it is given its true class.
        """
        table = self.chances
        if golds:
            table = table.copy()
            for task, true_class in golds.items():
                held = table[task, :, true_class].copy()
                table[task] = 0.0
                table[task, :, true_class] = held / held.sum(axis=1, keepdims=True)
        rivals = table * _off_diagonal(table.shape[2])
        shares = np.einsum("gaxcr,gxcr->gxa", self.levels, rivals[of.tasks] / self.given)
        shares = np.add.reduceat(shares, of.firsts, axis=0)
        shares /= np.diff(of.firsts, append=len(of.tasks))[:, None, None]
        shares[:, :, 0] += 1.0 - shares.sum(axis=2)
        there = rivals.sum(axis=(2, 3))
        return np.concatenate([shares, there[:, :, None]], axis=2)


def joint(answers: Floats, of: Grouped, prior: Floats, weights: LevelWeights) -> Joint:
    """Return the joint chances of class and rival of tasks, of which all have labels or none has.

    Parameters
    ----------
    answers
        P(label | class): shape (labels, chains, classes); see `bandit.labels.confusion`.
    of
        The tasks and pools of the labels.
    prior
        Chance of each class: shape (tasks, chains, classes).
    weights
        Those of the levels.
    """
    table = _rivals(prior.shape[2], round(weights.alone, 4)) * prior[..., None]
    levels, given, scales = _NONE, _NOTHING, _NOTHING
    n_labels = len(answers)
    if n_labels:
        most = np.maximum.reduce(answers, axis=2, keepdims=True)
        own = answers / most  # so that no product underflows
        scales = most[:, :, 0]
        own = own[:, None]
        levels = (_APART * own)[..., None] + (_LEVELS * own)[..., None, :]
        are_several = len(of.starts) < n_labels
        if are_several:
            levels = np.multiply.reduceat(levels, of.starts, axis=0)
        levels *= weights.levels[:, None, None, None]
        if are_several:  # a product of many may underflow
            levels += 1e-300
        given = np.add.reduce(levels, axis=1)
        if len(of.firsts) < len(of.starts):
            table *= np.multiply.reduceat(given, of.firsts, axis=0)
        else:
            table *= given
    summed = np.add.reduce(table, axis=(2, 3), keepdims=True)
    table /= summed
    return Joint(table, levels, given, summed[:, :, 0, 0], scales)


def posterior_of_one(answer: Floats, prior: Floats, weights: LevelWeights) -> Floats:
    """Return the chances of the classes from a task's only label: shape (chains, classes).

    `answer` is P(label | class) and `prior` the chance of each class, both of that shape. Of one
    label, the sum over rivals and levels is linear in P(label | class), so it needs no joint table.

    Examples
    --------
    >>> weights = level_weights(np.zeros(6), one_pool=True)
    >>> posterior_of_one(np.array([[0.8, 0.1]]), np.array([[0.5, 0.5]]), weights).round(3).tolist()
    [[0.808, 0.192]]
    """
    k = answer.shape[1]
    shown = weights.shown / (k - 1)
    if k <= FEW:
        by_chain = zip(answer.tolist(), prior.tolist(), strict=True)
        return np.array([_posterior_of_few(*of_chain, shown) for of_chain in by_chain])
    chances: Floats = (1.0 - shown * k) * answer
    chances += shown * np.add.reduce(answer, axis=1, keepdims=True)
    chances *= prior
    chances /= np.add.reduce(chances, axis=1, keepdims=True)
    return chances


def _posterior_of_few(answer: list[float], prior: list[float], shown: float) -> list[float]:
    """Return the same for one chain and few classes, to the bit: numpy adds up few in their order.

    Not by `sum`, which rounds otherwise from Python 3.12 on.
    """
    named = total = 0.0
    for chance in answer:
        named += chance
    own, rival = 1.0 - shown * len(answer), shown * named
    chances = [
        (own * chance + rival) * before for chance, before in zip(answer, prior, strict=True)
    ]
    for chance in chances:
        total += chance
    return [chance / total for chance in chances]


_LEVELS = LEVELS[:, None, None]
_APART = 1.0 - _LEVELS
_NONE, _NOTHING = np.zeros((0, len(LEVELS), 0, 0, 0)), np.zeros((0, 0))


@lru_cache(maxsize=64)  # a table of 400 classes has 1.3 MB
def _rivals(n_classes: int, alone: float) -> Floats:
    eye = np.eye(n_classes)
    table: Floats = alone * eye + (1.0 - alone) / (n_classes - 1) * (1.0 - eye)
    return table


@lru_cache(maxsize=256)
def _off_diagonal(n_classes: int) -> Floats:
    return 1.0 - np.eye(n_classes)
