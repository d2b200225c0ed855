"""Check for rows that a join repeated: equal in all, where equal contexts never differ otherwise.

A decision with two clicks is two rows once decisions are joined with clicks, and the rewards of the
log are no longer those of its policy. Where rewards are 0 and 1, equal rows are no rarity by
themselves: a user comes back, and contexts are the same. But then another action is drawn at times,
and another reward comes. Of copies neither is ever seen.

Among rows of one context, differences are counted against what they would be if each action and
reward were drawn anew: 1 − propensity, and 1 − the share of rows with the same reward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats, Ints

EXPECTED = 30.0
"""Differences that must be expected: if half of them were to come, one or none has chance 5e-6."""

SEEN = 0.05
"""Share of the expected differences up to which equal rows are copies: only rows of users of whom
each is always treated alike and always answers alike look so, and those are worth no more."""


def share_of_repeats(
    context: NDArray[np.uint64],
    content: NDArray[np.uint64],
    propensity: Floats,
    reward: Floats,
) -> float:
    """Share of n rows that a join repeated; 0 where equal rows may be decisions of their own.

    Parameters
    ----------
    context, content
        Hash of each row's context; and of its action and propensity besides.
    propensity, reward
        Of each row.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> context, action = np.arange(500, dtype=np.uint64), rng.integers(2, size=500)
    >>> content, half = 2 * context + action.astype(np.uint64), np.full(500, 0.5)
    >>> reward = rng.integers(2, size=500) * 1.0
    >>> times = 1 + reward.astype(int)
    >>> share_of_repeats(context, content, half, reward)
    0.0
    >>> rows = (context, content, half, reward)
    >>> share = share_of_repeats(*(values.repeat(times) for values in rows))
    >>> bool(np.isclose(share, 2 * reward.sum() / times.sum()))
    True
    """
    _, of_context = np.unique(context, return_inverse=True)
    _, of_content = np.unique(content, return_inverse=True)
    _, value, count = np.unique(reward, return_inverse=True, return_counts=True)
    if not _never(of_context, of_content, 1.0 - propensity):
        return 0.0
    if not _never(of_content, value, 1.0 - count[value] / len(reward)):
        return 0.0
    _, row, alike = np.unique(_both(of_content, value), return_inverse=True, return_counts=True)
    return float((alike[row] > 1).mean())


def _never(group: Ints, kind: Ints, chance: Floats) -> bool:
    """Whether rows of a group hardly ever differ in kind, where by their chances many would.

    Of m rows of a group, c of each kind, (m² − Σ c²) / m differ: of m that are drawn anew with
    chances p, (m − 1) (1 − Σ p²) on average.
    """
    m = np.bincount(group)[group]
    expected = float(((m - 1) / m * chance).sum())
    if expected < EXPECTED:
        return False
    _, row, count = np.unique(_both(group, kind), return_inverse=True, return_counts=True)
    return float((1.0 - count[row] / m).sum()) <= SEEN * expected


def _both(first: Ints, second: Ints) -> Ints:
    """One number for each pair of two."""
    pairs: Ints = first * (second.max(initial=0) + 1) + second
    return pairs
