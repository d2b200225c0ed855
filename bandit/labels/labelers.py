"""Counts of each labeler and sums of each pool, in arrays that grow; all of one project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bandit.labels.confusion import (
    START,
    START_STRENGTH,
    STRENGTH,
    STRENGTH_WITH_GOLD,
    Strengths,
    capped,
    pool_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.labels.confusion import Floats, Ints

DECAY = 0.998
"""Factor on a labeler's counts for each further label: a memory of 500 labels."""

SAID_DECAY = 0.9999
"""Factor on how often a pool gave each answer for each further label: a memory of 10,000 labels."""

GONE_DECAY = 0.9998
"""Factor on a labeler's part of their pool's sums for each label of others since their last one."""

CHAINS = 2

USUAL, USUAL_LABELS = 15.0, 200.0
"""Labels that a pool's accuracy counts for in that of a labeler before any label, and what that
counts for itself when the spread of labelers is found."""

LEAST_ALIKE, MOST_ALIKE = 4.0, 25.0
"""Bounds of that strength. Soft counts differ less than labelers do: with two labels a task they
tell of no difference at all."""


def strength(n_classes: int, golds: int) -> float:
    """Return the labels of a class that a pool's row counts for: more, once gold has shown it.

    Examples
    --------
    >>> strength(5, 0), strength(5, 100)
    (10.0, 40.0)
    """
    return (2.0 + 6.0 * min(1.0, golds / 20.0)) * n_classes


class Labelers:
    """Soft counts of labels by class and answer: of labelers, and summed up by pool.

    `counts` has shape (slots, chains, classes, classes). By pool, `sums` holds the capped counts of
    its labelers and their counts: shape (pools, 2, chains, classes, classes); `said` how often it
    gave each answer; and `rows` its confusion rows, from all these when `update_rows` was called.
    `clocks` are the labels that each pool has given and `last` what the clock said at a labeler's
    last one: in the sums, who has left fades. `alike` is what a pool's accuracy counts for in that
    of a labeler, by the function of that name when it was last called. `came` are the numbers of
    the labelers in the order in which they came: slots are used again.
    """

    def __init__(self, n_classes: int) -> None:
        self.n_classes = n_classes
        self.slots: dict[str, int] = {}
        self.pools: dict[str, int] = {}
        self.golds = 0
        self.alike = USUAL
        self.counts = np.zeros((8, CHAINS, n_classes, n_classes), np.float32)
        self.given = np.zeros(8, np.int64)
        self.pool_of = np.full(8, -1, np.int64)
        self.came = np.zeros(8, np.int64)
        self.last = np.zeros(8, np.int64)
        self.next_came = 0
        self.clocks = np.zeros(0, np.int64)
        self.sums = np.zeros((0, 2, CHAINS, n_classes, n_classes))
        self.said = np.zeros((0, n_classes))
        self.rows = np.zeros((0, CHAINS, n_classes, n_classes))
        self._free: list[int] = []

    def pool(self, name: str, right: float = 0.0, total: float = 0.0) -> int:
        """Return the number of a pool; a new one starts from labels that are known already."""
        number = self.pools.get(name)
        if number is None:
            number = self.pools[name] = len(self.pools)
            k = self.n_classes
            start = np.tile(one_coin(right, total, k), (1, 2, CHAINS, 1, 1))
            self.sums = np.concatenate([self.sums, start])
            self.said = np.concatenate([self.said, np.zeros((1, k))])
            self.clocks = np.append(self.clocks, 0)
            self.update_rows()
        return number

    def rows_of(self, pools: Sequence[str]) -> Floats:
        """Return the rows of pools, any of which may be unknown: (pools, chains, K, K)."""
        try:
            rows: Floats = self.rows[[self.pools[pool] for pool in pools]]
        except KeyError:
            k = max(2, self.n_classes)
            rows = np.empty((len(pools), CHAINS, k, k))
            rows[:] = START * np.eye(k) + (1.0 - START) / (k - 1) * (1.0 - np.eye(k))
            for i, pool in enumerate(pools):
                if pool in self.pools:
                    rows[i] = self.rows[self.pools[pool]]
        return rows

    def count(self, slot: int) -> int:
        """Count a further label of a labeler, and return its number."""
        self.given[slot] += 1
        return int(self.given[slot])

    def say(self, pool: int, answer: int) -> None:
        """Count an answer that a pool gave; earlier ones fade."""
        self.said[pool] *= SAID_DECAY
        self.said[pool, answer] += 1.0

    def slot(self, name: str, pool: int, right: float = 0.0, total: float = 0.0) -> int:
        """Return the slot of a labeler; a new one starts from labels that are known already."""
        slot = self.slots.get(name)
        if slot is None:
            slot = self._free.pop() if self._free else len(self.slots)
            if slot == len(self.given):
                self._grow()
            self.slots[name] = slot
            self.pool_of[slot] = pool
            self.came[slot] = self.next_came
            self.next_came += 1
            self.last[slot] = self.clocks[pool]
            if total > 0.0:
                self.counts[slot] = one_coin(right, total, self.n_classes)
                self.last[slot] = 0  # among those from whom the pool started
        elif self.pool_of[slot] != pool:  # their labels count for the pool that they come by now
            moved = self.of([slot])
            both = np.stack([capped(moved[0]), moved[0]])
            self.sums[self.pool_of[slot]] -= self.presence([slot]) * both
            self.sums[pool] += both
            self.pool_of[slot], self.last[slot] = pool, self.clocks[pool]
        return slot

    def distinct(self, slots: Ints) -> tuple[Ints, Ints]:
        """Return the slots of labels, each once, and the place of each label's among them.

        They are in the order in which the labelers came, so that sums over them have the same bits
        in whichever slots they are.
        """
        _, first, places = np.unique(self.came[slots], return_index=True, return_inverse=True)
        return slots[first], places

    def forget(self, name: str) -> int | None:
        """Forget a labeler, whose labels stay with the pool; return the slot that is free."""
        slot = self.slots.pop(name, None)
        if slot is not None:
            self.counts[slot] = 0.0
            self.given[slot] = 0
            self.pool_of[slot] = -1
            self._free.append(slot)
        return slot

    def put(self, slots: Ints, old: Floats, new: Floats, news: Ints) -> None:
        """Replace the counts `old` of labelers by `new`: shape (labelers, chains, K, K).

        `news` are the labels that each of them has given since.
        """
        rounded = new.astype(np.float32)
        self.counts[slots] = rounded  # the sums are those of what is stored
        both = np.empty((2, len(slots), 2, *new.shape[1:]))
        both[0, :, 1], both[1, :, 1] = old, rounded
        both[:, :, 0] = capped(both[:, :, 1])
        of = self.pool_of[slots]
        passed = np.bincount(of, news, len(self.pools)).astype(np.int64)
        self.clocks += passed
        self.sums *= (GONE_DECAY**passed)[:, None, None, None, None]
        before = self.presence(slots)
        self.last[slots] = np.where(news > 0, self.clocks[of], self.last[slots])
        weights = np.concatenate([-before, self.presence(slots)])
        weights = weights * (np.tile(of, 2) == np.arange(len(self.pools))[:, None])
        self.sums += (weights @ both.reshape(2 * len(slots), -1)).reshape(self.sums.shape)

    def presence(self, slots: Sequence[int] | Ints) -> Floats:
        """Return what labelers count for in the sums of their pools: 1 as they label, then less."""
        since = self.clocks[self.pool_of[slots]] - self.last[slots]
        weights: Floats = np.power(GONE_DECAY, since, dtype=np.float64)
        return weights

    def update_rows(self) -> None:
        """Compute the rows of the pools from their sums."""
        counts = self.sums[:, 1]
        right, total = counts.trace(axis1=2, axis2=3), counts.sum(axis=(2, 3))
        self.rows = pool_rows(self.sums[:, 0], right, total, self.said, self._target_strength())

    def right_rates(self) -> Floats:
        """Return how often labels are right in each chain, over all pools: shape (chains,)."""
        counts = self.sums[:, 1].sum(axis=0)
        right, total = counts.trace(axis1=1, axis2=2), counts.sum(axis=(1, 2))
        rates: Floats = (right + START_STRENGTH * START) / (total + START_STRENGTH)
        return rates

    def doubts(self) -> Floats:
        """Return nats against each chain, by how seldom labelers would be right in it: (chains,).

        Where their rate of right labels is below `START`, these are S KL(START || rate), with S the
        labels that a pool's target counts for.
        """
        rate = np.minimum(self.right_rates(), START)
        nats = START * np.log(START / rate) + (1.0 - START) * np.log((1.0 - START) / (1.0 - rate))
        doubts: Floats = self._target_strength() * nats
        return doubts

    def strengths(self, n_classes: int) -> Strengths:
        """Return what pools count for in the rows of labelers, for tasks of so many classes."""
        return Strengths(strength(n_classes, self.golds), self.alike)

    def _target_strength(self) -> float:
        return STRENGTH - (STRENGTH - STRENGTH_WITH_GOLD) * min(1.0, self.golds / 20.0)

    def widen(self, n_classes: int) -> None:
        """Make room for more classes."""
        more = n_classes - self.n_classes
        square = ((0, 0), (0, 0), (0, more), (0, more))
        self.counts = np.pad(self.counts, square)
        self.sums = np.pad(self.sums, ((0, 0), *square))
        self.said = np.pad(self.said, ((0, 0), (0, more)))
        self.n_classes = n_classes
        self.update_rows()

    def of(self, slots: Sequence[int] | Ints) -> Floats:
        """Return the counts of labelers: shape (labelers, chains, classes, classes)."""
        chosen: Floats = self.counts[np.asarray(slots, np.int64)].astype(np.float64)
        return chosen

    def _grow(self) -> None:
        more = len(self.given)
        self.counts = np.concatenate([self.counts, np.zeros_like(self.counts)])
        self.given = np.concatenate([self.given, np.zeros(more, np.int64)])
        self.pool_of = np.concatenate([self.pool_of, np.full(more, -1, np.int64)])
        self.came = np.concatenate([self.came, np.zeros(more, np.int64)])
        self.last = np.concatenate([self.last, np.zeros(more, np.int64)])


def one_coin(right: float, total: float, n_classes: int) -> Floats:
    """Return the counts of labels of which only is known how many were right: (K, K).

    Examples
    --------
    >>> one_coin(8.0, 10.0, 2).tolist()
    [[4.0, 1.0], [1.0, 4.0]]
    """
    eye = np.eye(n_classes)
    wrong = (total - right) / max(1, n_classes * (n_classes - 1))
    counts: Floats = right / max(1, n_classes) * eye + wrong * (1.0 - eye)
    return counts


def alike(known: Labelers) -> float:
    """Return what a pool's accuracy counts for in that of a labeler, by how much labelers differ.

    Their shares of right labels are taken for draws from a beta distribution about the pool's mean.
    Its intraclass correlation rho = 1 / (strength + 1) is found by moments: with n labels of each
    of m labelers, N together, and q the share of right ones,

        rho = (sum of n (q - mean)^2 / (mean (1 - mean)) - (m - 1))
              / (N - (sum of n^2) / N - (m - 1)),

    both parts summed over the pools, with `USUAL` as if seen before in as much as `USUAL_LABELS`.
    Source: Kleinman (1973), JASA 68(341), 46-54.
    """
    slots = np.fromiter(known.slots.values(), np.int64, len(known.slots))
    counts, pool = known.counts[slots, 0], known.pool_of[slots]
    labels = counts.sum(axis=(1, 2), dtype=np.float64)
    right = counts.trace(axis1=1, axis2=2, dtype=np.float64)
    some = labels > 0.0
    labels, right, pool = labels[some], right[some], pool[some]
    members, n = np.bincount(pool), np.maximum(np.bincount(pool, labels), 1e-9)
    mean = ((np.bincount(pool, right) + START) / (n + 1.0))[pool]
    spread = (labels * (right / labels - mean) ** 2 / (mean * (1.0 - mean))).sum()
    free = np.maximum(members - 1.0, 0.0).sum()
    seen = max(0.0, (n - np.bincount(pool, labels**2) / n).sum() - free)
    rho = (spread - free + USUAL_LABELS / (USUAL + 1.0)) / (seen + USUAL_LABELS)
    return float(min(max(1.0 / max(rho, 1e-9) - 1.0, LEAST_ALIKE), MOST_ALIKE))
