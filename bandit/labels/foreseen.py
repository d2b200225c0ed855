"""How well each chain foresaw the new labels of a block of tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.ambiguity import joint
from bandit.labels.blocks import grouped

if TYPE_CHECKING:
    from bandit.labels.ambiguity import Joint, LevelWeights
    from bandit.labels.blocks import Block
    from bandit.labels.confusion import Floats, Ints


def nats_foreseen(
    block: Block, tasks: Ints, chances: Floats, prior: Floats, levels: LevelWeights, found: Joint
) -> Floats:
    """Return log P(new labels | labels before) of some tasks of a block: shape (chains,).

    Parameters
    ----------
    block
        The labels.
    tasks
        The numbers of the tasks; any may be there more than once.
    chances
        P(label | class): shape (labels, chains, classes).
    prior
        Chance of each class: shape (tasks, chains, classes).
    levels
        Weights of the levels of ambiguity.
    found
        The joint chances of the whole block.
    """
    fresh = np.zeros(len(prior), np.bool_)
    fresh[tasks] = True
    is_theirs = fresh[block.of]
    foreseen = found.evidence(fresh, is_theirs)
    seen = is_theirs & ~block.is_new
    if seen.any():  # tasks of which other labels are counted already
        of, numbers = np.unique(block.of[seen], return_inverse=True)
        groups = grouped(numbers, numbers * (block.pools.max() + 1) + block.pools[seen])
        foreseen -= joint(chances[seen], groups, prior[of], levels).evidence()
    return foreseen
