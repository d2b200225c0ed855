"""Expected accuracy of k labels from one pool under the true model, by simulation.

Labelers come in the pool's order from a first one drawn at random; class, hidden state, level and
labels are drawn from the true model; the answer is the most likely class given all labels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from replay.market.tasks import TrueTask
    from replay.numerics.arrays import Floats, Ints
    from replay.oracle.true_model import TrueModel


def option_accuracy(
    model: TrueModel, true_task: TrueTask, pool: str, most: int, draws: int, seed: int
) -> Floats:
    """Share of right answers for each class and 0 to `most` labels: shape (classes, most + 1).

    All tasks of an hour have the same; `true_task` is one of them. The standard error is at most
    0.5 / sqrt(draws).
    """
    labelers = model.labelers(pool)
    says = model.all_says(true_task, pool)
    gang = model.gang(pool)
    accuracy = np.zeros((len(model.classes), most + 1))
    for c in range(len(model.classes)):
        random = np.random.default_rng([seed, c])
        who = (random.integers(labelers, size=(draws, 1)) + np.arange(most)) % labelers
        state = _drawn(random, np.tile(model.states.chance[c], (draws, 1)))
        level = _drawn(random, model.level[pool][:, c, state].T)
        weight = model.level[pool][None] * model.joint[None, None]  # [1, a, c, z]
        spoke, leader = np.zeros(draws, dtype=bool), np.full(draws, -1)
        accuracy[c, 0] = _right(np.tile(weight, (draws, 1, 1, 1)), c)
        for k in range(most):
            chances = says[who[:, k], level, :, c, state]
            said = _drawn(random, chances)
            copies = gang[who[:, k]]
            said = np.where(copies & spoke, leader, said)
            told = says[who[:, k], :, said]  # [draws, a, c, z]
            told[copies & spoke] = 1.0  # a gang's second voice says nothing new
            weight = weight * told
            leader, spoke = np.where(copies & ~spoke, said, leader), spoke | copies
            accuracy[c, k + 1] = _right(weight, c)
    return accuracy


def _right(weight: Floats, c: int) -> float:
    """Share of draws whose most likely class is c; ties are split."""
    classes = weight.sum(axis=(1, 3))
    top = classes >= classes.max(axis=1, keepdims=True) * (1.0 - 1e-12)
    return float((top[:, c] / top.sum(axis=1)).mean())


def _drawn(random: np.random.Generator, chances: Floats) -> Ints:
    """Draw an index for each row of chances."""
    steps = np.cumsum(chances, axis=1)
    uniform = random.random(len(chances)) * steps[:, -1]
    drawn: Ints = np.minimum((steps <= uniform[:, None]).sum(axis=1), chances.shape[1] - 1)
    return drawn
