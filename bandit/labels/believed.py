"""How often the next label of a pool, or of a labeler, is believed to be right.

The mean of the confusion rows' diagonal: of a pool over all classes alike, of a labeler over the
classes of the tasks that they have labeled, as far as those are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.confusion import labeler_rows
from bandit.labels.some_classes import counts_of_some

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.beliefs import LabelBeliefs


def pools_right(
    beliefs: LabelBeliefs, classes: Sequence[str], pools: Sequence[str]
) -> dict[str, float]:
    """Return the chance that the next label of each pool is right; an average one if unknown.

    Examples
    --------
    >>> from bandit.labels.model import LabelModel
    >>> {pool: round(right, 2) for pool, right in pools_right(LabelModel(), "ab", ["p"]).items()}
    {'p': 0.7}
    """
    diagonals = np.diagonal(beliefs.pool_rows(classes, pools), axis1=-2, axis2=-1)
    rates = diagonals.mean(axis=-1) @ beliefs.chain_weights()
    return dict(zip(pools, rates.tolist(), strict=True))


def labelers_right(
    beliefs: LabelBeliefs, classes: Sequence[str], labelers: Sequence[str]
) -> dict[str, float]:
    """Return the chance that the next label of each labeler is right; those known only.

    Examples
    --------
    >>> from bandit.labels.model import LabelModel
    >>> model = LabelModel()
    >>> for i in range(40):
    ...     for name in ("ann", "bob"):
    ...         _ = model.observe(f"t{i}", "ab", "crowd", name, "a" if i % 2 else "b")
    >>> found = labelers_right(model, "ab", ["ann", "cid"])
    >>> list(found), found["ann"] > 0.85
    (['ann'], True)
    """
    of = beliefs.labelers
    known = [name for name in labelers if name in of.slots]
    if not known:
        return {}
    slots = [of.slots[name] for name in known]
    counts = counts_of_some(beliefs.numbers(classes), of.of(slots))
    pools = of.pool_of[slots]
    of_pools = beliefs.counted_rows(classes, list(of.pools))[pools]
    strengths = of.strengths(len(classes))
    rows = labeler_rows(counts, of_pools, strengths, beliefs.odds_of(pools))
    weights = counts.sum(axis=-1)
    weights[weights.sum(axis=-1) == 0.0] = 1.0
    rates = np.average(np.diagonal(rows, axis1=-2, axis2=-1), axis=-1, weights=weights)
    return dict(zip(known, (rates @ beliefs.chain_weights()).tolist(), strict=True))
