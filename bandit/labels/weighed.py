"""What the labels of one task say: the posterior of its classes, and what more labels would say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.ambiguity import joint

if TYPE_CHECKING:
    from bandit.labels.ambiguity import Joint, LevelWeights
    from bandit.labels.confusion import Floats


class Answer(NamedTuple):
    """A label: who gave it, and a factor on the odds that it is right, from its signals."""

    pool: str
    labeler: str
    answer: str
    tilt: float = 1.0


@dataclass(frozen=True, slots=True)
class WeighedLabels:
    """The labels of a task, weighed.

    Parameters
    ----------
    chains
        Weight of each chain; those of weight 0 aren't used.
    levels
        Weights of the levels of ambiguity.
    prior
        Chances of the classes before any label: shape (chains, classes).
    answers
        P(label | class): shape (labels, chains, classes).
    pools
        The pool of each label.
    """

    chains: Floats
    levels: LevelWeights
    prior: Floats
    answers: Floats
    pools: tuple[str, ...]

    def joint(self, without: int | None = None) -> Joint:
        """Return the chances of class and rival from all labels, or all but one."""
        used = np.flatnonzero(self.chains)
        answers, pools = self.answers[:, used], self.pools
        if without is not None:
            answers = np.delete(answers, without, axis=0)
            pools = pools[:without] + pools[without + 1 :]
        return joint(answers, pools, self.prior[used], self.levels)

    def posterior(self, without: int | None = None) -> Floats:
        """Return the chance of each class, from all labels or all but one."""
        weights = self.chains[self.chains > 0.0]
        chances: Floats = weights @ self.joint(without).posterior()
        return chances
