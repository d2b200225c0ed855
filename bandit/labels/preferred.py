"""Preferred labelers: who of a pool says most about a task, given what is believed of it.

A label of labeler l says, of a task whose classes have chances p,

    I(l) = sum over c, y of  p[c] row_l(c, y) log( row_l(c, y) / P_l(y) ),
    P_l(y) = sum over c of p[c] row_l(c, y),

the mutual information of class and answer. Labelers who say more than one of whom nothing is known
are preferred, the best first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.confusion import labeler_rows
from bandit.labels.some_classes import counts_of_some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.beliefs import LabelBeliefs
    from bandit.labels.confusion import Floats
    from bandit.labels.labelers import Labelers

MOST = 32
"""Labelers named in an ask: a platform takes the first who is free."""

MOST_BEST = 64
"""Labelers of a pool among whom those for a task are chosen."""
ABSENT = 0.4
"""Presence of a labeler below which others go first: 4,600 labels have come since their last."""


def preferred(
    model: LabelBeliefs, classes: Sequence[str], chances: Sequence[float], pool: str
) -> tuple[str, ...]:
    """Return the pool's labelers who say most about a task, the best first.

    Parameters
    ----------
    model
        That of the project's labels.
    classes
        The task's.
    chances
        What is believed of them: shape (classes,).
    pool
        The pool that is asked.
    """
    names = model.best.get(pool, ())
    if not names:
        return ()
    rows = model.memo.get(
        ("rows of the best", tuple(classes), pool), lambda: _rows(model, classes, pool, names)
    )
    said = information(*rows, np.asarray(chances))
    order = np.argsort(-said[1:], kind="stable")
    return tuple([names[i] for i in order[:MOST] if said[1 + i] > said[0]])


def _rows(
    model: LabelBeliefs, classes: Sequence[str], pool: str, names: Sequence[str]
) -> tuple[Floats, Floats]:
    """Return the rows of somebody of whom nothing is known, and of `names`, and their entropies."""
    known, numbers = model.labelers, model.numbers(classes)
    chain = int(model.chain_weights().argmax())
    slots = np.array([known.slots[name] for name in names])
    counts = counts_of_some(numbers, known.counts[slots][:, chain : chain + 1].astype(np.float64))
    of_pool = model.counted_rows(classes, (pool,))[:, chain : chain + 1]
    rows = np.empty((len(names) + 1, len(classes), len(classes)))
    rows[0] = model.pool_rows(classes, (pool,))[0, chain]
    towards = known.strengths(len(classes))
    odds = model.odds([pool] * len(names))
    odds = None if odds is None else odds[:, chain : chain + 1]
    of_pools = np.repeat(of_pool, len(names), axis=0)
    rows[1:] = labeler_rows(counts, of_pools, towards, odds)[:, 0]
    return rows, -(rows * np.log(rows)).sum(axis=2)


def information(rows: Floats, entropies: Floats, chances: Floats) -> Floats:
    """Return the mutual information of class and answer, in nats: shape (labelers,).

    Parameters
    ----------
    rows
        Chances of the answers given the class: shape (labelers, classes, classes).
    entropies
        Those of the rows: shape (labelers, classes).
    chances
        Of the classes: shape (classes,).

    Examples
    --------
    >>> rows = np.array([[[0.9, 0.1], [0.1, 0.9]], [[0.5, 0.5], [0.5, 0.5]]])
    >>> entropies = -(rows * np.log(rows)).sum(axis=2)
    >>> information(rows, entropies, np.array([0.5, 0.5])).round(3).tolist()
    [0.368, 0.0]
    """
    answered = chances @ rows
    found: Floats = -(answered * np.log(answered)).sum(axis=1) - entropies @ chances
    return found


def best_labelers(known: Labelers) -> dict[str, tuple[str, ...]]:
    """Return the labelers of each pool who are right most often, `MOST_BEST` at most.

    Who has given few labels counts as right as often as the pool is. Who seems to have left comes
    after all others.
    """
    names = list(known.slots)
    if not names:
        return {}
    slots = np.fromiter(known.slots.values(), np.int64, len(names))
    counts = known.counts[slots, 0].astype(np.float64)
    of = known.pool_of[slots]
    base = known.rows[:, 0].trace(axis1=1, axis2=2)[of] / known.n_classes
    right = counts.trace(axis1=1, axis2=2) + known.alike * base
    rate = right / (counts.sum(axis=(1, 2)) + known.alike)
    order = np.lexsort((-rate, known.presence(slots) < ABSENT))
    best: dict[str, tuple[str, ...]] = {}
    for pool, number in known.pools.items():
        of_pool = order[of[order] == number][:MOST_BEST]
        best[pool] = tuple([names[i] for i in of_pool])
    return best
