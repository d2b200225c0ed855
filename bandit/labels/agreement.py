"""The accuracy of pools, corrected by how often two of their labels of a task agree.

Labels are counted by what is believed of their tasks, and as long as labels are few, a belief that
is too modest makes these counts too even, which confirm it. How often two labels agree is seen
whatever is believed. So in the rows of a pool and of its labelers the odds of a right answer have a
factor exp(t), and t is fitted to the first two labels of the pool on each task: with z = 1 if the
second names what the first does, and p(t) the chance of that by the model, given the first,

    the log likelihood of t is  sum of  w (z log p(t) + (1 - z) log(1 - p(t))) - BEFORE t^2 / 2.

It is followed pair by pair, by Fisher's scoring; earlier pairs fade. w lets no labeler count for
more than in the pool's rows. Only tasks without a prior count: where there is one, a second label
is asked for when the first contradicts it. Labels of such tasks let t fade.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.ambiguity import joint
from bandit.labels.blocks import grouped
from bandit.labels.confusion import MOST_OF_ONE, answer_chances
from bandit.labels.labelers import CHAINS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bandit.labels.ambiguity import LevelWeights
    from bandit.labels.blocks import Block
    from bandit.labels.confusion import Floats, Ints
    from bandit.labels.window import LabeledTask

BEFORE = 4.0
"""Information on t before any pair: a standard deviation of one half."""
FADES = 0.998
"""Factor on what earlier pairs of a pool show, for each further pair: a memory of 500 pairs."""
MOST = 1.0
"""Bound of t: odds 2.7 times as high."""
ENOUGH_LABELS = 2_000
"""Labels of a project by which labelers are known well enough: until then agreement counts less and
less, and labels of open tasks teach at once (`bandit.close.open_tasks`)."""
ENOUGH_GOLD = 20
"""Tasks with gold from which on agreement doesn't count."""
LEAST_CHANCE = 0.01
_UNKNOWN = np.zeros((1, CHAINS))


def needed(golds: int, labels: int) -> bool:
    """Return whether so little is known of labelers that their agreement counts."""
    return golds < ENOUGH_GOLD and labels < ENOUGH_LABELS


class Agreement:
    """What the agreement of labels shows of the accuracy of a project's pools.

    `log_odds` are t, and `information` what pairs tell of it: shape (pools, chains).
    """

    def __init__(self, log_odds: Floats | None = None, information: Floats | None = None) -> None:
        self.log_odds = np.zeros((0, CHAINS)) if log_odds is None else log_odds
        self.information = np.zeros((0, CHAINS)) if information is None else information
        self.moves = bool(self.log_odds.any())  # whether any pool has a factor

    def odds(self, pools: Sequence[int] | Ints, golds: int, labels: int) -> Floats | None:
        """Return the factors of pools by their numbers, 1 where unknown: (pools, chains).

        `None` where none of them has one. Gold shows better who is right than agreement does, and
        so do many `labels`, gold among them: from `ENOUGH_GOLD` or `ENOUGH_LABELS` on there is no
        factor.
        """
        known = len(self.log_odds)
        if not self.moves or not needed(golds, labels):
            return None
        doubt = (1.0 - golds / ENOUGH_GOLD) * (1.0 - labels / ENOUGH_LABELS)
        of = np.asarray(pools, np.int64)
        places = np.where((of >= 0) & (of < known), of, known)
        odds: Floats = np.exp(doubt * np.concatenate([self.log_odds, _UNKNOWN]))[places]
        return odds

    def learn(
        self,
        tasks: Sequence[LabeledTask],
        block: Block,
        rows: Floats,
        counts: Floats,
        prior: Floats,
        levels: LevelWeights,
    ) -> None:
        """Learn from the pairs of a block of tasks that are new.

        Parameters
        ----------
        rows
            Those of each label's labeler, without the task: shape (labels, chains, K, K).
        counts
            Theirs: shape (labels, chains, K, K).
        prior
            Of the tasks: shape (tasks, chains, K).
        levels
            Weights of the levels of ambiguity.
        """
        free = np.array([task.prior is None for task in tasks])[block.of]
        firsts = _firsts(block, free)
        if not len(firsts) and not len(self.log_odds):
            return
        self._widen(int(block.pools.max()) + 1)
        pools = block.pools[firsts]
        self._fade(np.concatenate([pools, block.pools[block.is_new & ~free]]))
        if not len(firsts):
            return
        both = np.stack([firsts, firsts + 1], axis=1).reshape(-1)
        named = block.answers[firsts]
        agree = block.answers[firsts + 1] == named
        chances = answer_chances(rows[both], np.repeat(named, 2), block.tilts[both])
        foreseen = _agreement(chances, prior[block.of[firsts]], levels)
        slopes = _slopes(foreseen, prior.shape[2])
        shares = MOST_OF_ONE / (MOST_OF_ONE + counts[both, 0].sum(axis=(1, 2)))
        weights = (shares[::2] * shares[1::2])[:, None] * slopes / (foreseen * (1.0 - foreseen))
        score = np.zeros_like(self.log_odds)
        np.add.at(score, pools, weights * (agree[:, None] - foreseen))
        np.add.at(self.information, pools, weights * slopes)
        moved = self.log_odds + score / (self.information + BEFORE)
        self.log_odds = np.minimum(np.maximum(moved, 0.0), MOST)
        self.moves = bool(self.log_odds.any())

    def _fade(self, pools: Ints) -> None:
        """Let fade what is known of pools, once for each time that one is named."""
        left = FADES ** np.bincount(pools, minlength=len(self.log_odds))[:, None]
        before = self.information
        self.information = left * before
        # The less is known, the nearer is t to where it began.
        self.log_odds = self.log_odds * left * (before + BEFORE) / (self.information + BEFORE)

    def _widen(self, pools: int) -> None:
        more = ((0, max(0, pools - len(self.log_odds))), (0, 0))
        self.log_odds = np.pad(self.log_odds, more)
        self.information = np.pad(self.information, more)


def _firsts(block: Block, free: NDArray[np.bool_]) -> Ints:
    """Return the places of the first labels of pools on tasks whose second ones are new.

    `free` are the labels of tasks without a prior: others don't count.
    """
    starts = block.grouped.starts
    firsts = starts[np.diff(starts, append=len(block.of)) > 1]
    new: Ints = firsts[block.is_new[firsts + 1] & free[firsts]]
    return new


def _agreement(chances: Floats, prior: Floats, levels: LevelWeights) -> Floats:
    """Return the chance that a second label names what the first does: shape (pairs, chains).

    `chances` are P(that answer | class) of the first and the second label of each pair in turn.
    """
    pairs = np.arange(len(prior))
    first = joint(chances[::2], grouped(pairs, pairs), prior, levels)
    twice = pairs.repeat(2)
    both = joint(chances, grouped(twice, twice), prior, levels)
    same = both.total * both.scales[::2] * both.scales[1::2] / (first.total * first.scales)
    return np.minimum(np.maximum(same, LEAST_CHANCE), 1.0 - LEAST_CHANCE)


def _slopes(agreement: Floats, k: int) -> Floats:
    """Return the slope of the chance of agreement in t, of labelers who err evenly.

    They are right with probability a, and agree with probability a^2 + (1 - a)^2 / (k - 1).
    """
    beyond = np.sqrt(np.maximum(agreement - 1.0 / k, LEAST_CHANCE) * (k - 1) / k)
    right = 1.0 / k + beyond
    slopes: Floats = 2.0 * k / (k - 1) * beyond * right * (1.0 - right)
    return slopes
