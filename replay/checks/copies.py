"""Check for duplicated rows, as a join makes them that matches a row twice.

Copies narrow an interval without adding anything. Rows with the same action, chance and context are
no rarity, nor are rows with the same reward; but a reward that only few rows have, shared just by
rows that are equal in all else, is. So is a log in which every row is there exactly twice, or three
times, whatever its rewards are: two copies of one file make it. Many times are a design that
repeats each case equally often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from replay.checks.check_result import CheckResult, Grade, percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats

COMMON = 50
"""Rows from which on a reward is common: a rating, a rounded price."""

COARSE = 50
"""Rows for each different content from which on equal rows are no sign of copies."""

MANY, BY_CHANCE = 0.05, 5.0
"""Share of the rows, and how many times as many as by chance, that copies must be."""

FEWEST_KINDS = 20
"""Kinds of equal rows from which on a common divisor of their counts is no chance: of 2, the
likeliest, about 2^-20 if counts are even as often as odd."""

MOST_TIMES = 5
"""Nobody puts more copies of a file together by mistake."""


def share_of_copies(content: NDArray[np.uint64], reward: Floats) -> float:
    """Share of n rows that are copies of others, by a hash of each row's content and its reward.

    0 where what is known of rows is too coarse to tell, or chance may have made them equal.

    Examples
    --------
    >>> content, reward = np.arange(100, dtype=np.uint64), np.random.default_rng(1).random(100)
    >>> share_of_copies(content, reward), share_of_copies(content.repeat(3), reward.repeat(3))
    (0.0, 1.0)
    """
    n = len(reward)
    if _multiplied(content, reward):
        return 1.0
    _, kinds = np.unique(content, return_counts=True)
    if not n or len(kinds) * COARSE < n:
        return 0.0
    _, value, count = np.unique(reward, return_inverse=True, return_counts=True)
    rare = (count[value] > 1) & (count[value] <= COMMON)
    pairs = np.stack([value[rare].astype(np.uint64), content[rare]])
    _, same, alike = np.unique(pairs, axis=1, return_inverse=True, return_counts=True)
    copies = float((alike[same.ravel()] > 1).sum())
    equal = float(((kinds / n) ** 2).sum())
    by_chance = float(((count[value[rare]] - 1) * equal).sum())
    return copies / n if copies > max(MANY * n, BY_CHANCE * by_chance) else 0.0


def _multiplied(content: NDArray[np.uint64], reward: Floats) -> bool:
    """Whether every row is there k times, or a multiple of k, for a k from 2 to 5."""
    _, value = np.unique(reward, return_inverse=True)
    _, kind = np.unique(content, return_inverse=True)
    _, counts = np.unique(kind.ravel() * (value.max(initial=0) + 1) + value, return_counts=True)
    return len(counts) >= FEWEST_KINDS and 1 < int(np.gcd.reduce(counts)) <= MOST_TIMES


def on_copies(share: float) -> tuple[CheckResult, ...]:
    """Refuse a log that is full of copies, doubt one with some; nothing is said of none."""
    if not share:
        return ()
    text = (
        f"{percent(share)} of the rows are copies of another row (same action, propensity, context"
        " and reward), which makes intervals too narrow, and estimates wrong where copies depend on"
        " the reward: remove them, or name the column that copies share (--cluster COLUMN)"
    )
    return (CheckResult("copies", Grade.BROKEN if share > MANY else Grade.WEAK, text),)
