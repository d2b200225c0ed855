"""Look-ahead: what one more label of each pool is worth, and then the best of a second or none.

With J the chances of class and rival now, and E[p, y] the chance that the next label of pool p is
y, given class and rival, the value of asking p is, in dollars,

    sum over y of  max( worth * max_c J E[p, y],
                        max over q of  worth * sum over z of max_c J E[p, y] E[q, z]
                                       - cost(q) * P(y) )
    - cost(p) - worth * max_c J.

It is exact under the model of labels that gave J: a second label of the same pool is worth less,
since it shares the pool's level of ambiguity. One label often can't change an answer where several
can, so `values_of_one` looks further ahead with labels of one pool alone.

Sources: Sheng, Provost and Ipeirotis (2008), KDD, doi:10.1145/1401890.1401965; Kamar, Hacker and
Horvitz (2012), AAMAS 467-474.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from bandit.labels.ambiguity import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from bandit.labels.confusion import Floats
    from bandit.labels.weighed import WeighedLabels


FOLLOWED = 15
"""Classes followed one by one; of more, those that are left count as one."""


class Outlook(NamedTuple):
    """What is believed of a task before a decision, and of the pools that could be asked.

    Parameters
    ----------
    joint
        Chances of chain, class and rival: shape (chains, classes, classes); they sum to 1.
    rows
        P(answer | class) of each pool's next label: shape (pools, chains, classes, classes).
    levels
        Chances of each pool's level, given class and rival: shape (pools, levels, chains, classes,
        classes).
    rest
        Number of classes that the last one stands for, which are taken to be alike.
    """

    joint: Floats
    rows: Floats
    levels: Floats
    rest: int = 1

    def values_usd(
        self, costs_usd: Sequence[float], worth_usd: float, labels_left: int
    ) -> list[float]:
        """Return the value of asking each pool, in dollars above stopping now."""
        n_pools, chains, k, _ = self.rows.shape
        cost = np.asarray(costs_usd) / worth_usd
        now = self._chances().max()
        # said[c, p, y, (x, c')]: chance of answer y of pool p.
        wide = (k, n_pools, k, chains, k)
        own = self.rows.transpose(2, 0, 3, 1)[..., None]  # c, p, y, x, 1
        apart = self.rows.transpose(0, 3, 1, 2) - own
        by_level = self.levels.reshape(n_pools, len(LEVELS), -1)
        mean = LEVELS @ by_level  # p, (x, c, c')
        said = apart * _spread(mean, self.levels)
        said += own
        joint = self.joint.transpose(1, 0, 2)[:, None, None]
        held = joint * said
        after = held.reshape(*wide[:3], -1).sum(axis=3)  # c, p, y
        answered = after.sum(axis=0)
        if self.rest > 1:  # an answer that isn't of the rest says nothing of which of them it is
            answered[:, -1] += 1.0 - answered.sum(axis=1)
            after[-1, :, :-1] /= self.rest
        best = after.max(axis=0)
        if labels_left > 1:
            flat = (k, n_pools * k, chains * k)
            two = held.reshape(flat) @ said.reshape(flat).transpose(0, 2, 1)
            two = two.reshape(k, n_pools, k, n_pools, k)
            variance = LEVELS**2 @ by_level - mean * mean
            spread = apart * (joint * _spread(variance, self.levels))
            apart = apart.reshape(*wide[:3], -1)
            same = spread.reshape(apart.shape) @ apart.transpose(0, 1, 3, 2)
            pools = np.arange(n_pools)
            two[:, pools, :, pools, :] += same.transpose(1, 0, 2, 3)
            two[-1, :, :-1, :, :-1] /= self.rest
            further = two.max(axis=0).sum(axis=3)  # p, y, q
            further -= cost * answered[:, :, None]
            best = np.maximum(best, further.max(axis=2))
        values: list[float] = (worth_usd * (best.sum(axis=1) - now - cost)).tolist()
        return values

    def values_of_one(self, costs_usd: Sequence[float], worth_usd: float, most: int) -> list[float]:
        """Return the value of the best number of labels, up to `most`, of each pool alone.

        Only the two likeliest classes can become the answer: so it is never too high.
        """
        chances = self._chances()
        leaders = self.leaders()
        each = self.sequences(leaders, leaders, most)
        _, _, ways = outcomes(most)
        gains = each.max(axis=1).reshape(len(each), -1) @ ways
        costs = np.asarray(costs_usd)[:, None] * np.arange(1, most + 1)
        values: list[float] = (worth_usd * (gains - chances.max()) - costs).max(axis=1).tolist()
        return values

    def leaders(self) -> NDArray[np.int64]:
        """Return the numbers of the two likeliest classes, the likelier one first."""
        return np.argsort(-self._chances(), kind="stable")[:2]

    def sequences(
        self, classes: NDArray[np.int64], leaders: NDArray[np.int64], most: int
    ) -> Floats:
        """Return the chances of class and of one sequence of labels of each pool alone.

        Shape (pools, classes, answers that are the first leader, the other answers by `outcomes`).
        """
        named = self.rows[..., leaders]
        rest = np.maximum(1.0 - named.sum(axis=3, keepdims=True), 1e-12)
        symbols = np.concatenate([named, rest], axis=3).transpose(3, 0, 2, 1)  # symbol, p, c, x
        own = symbols[:, :, classes, None, :, None]
        other = symbols.transpose(0, 1, 3, 2)[:, :, None, None]
        said = own + LEVELS[:, None, None] * (other - own)  # symbol, p, class, a, x, c'
        weights = self.levels[:, :, :, classes] * self.joint[:, classes]
        weights = weights.transpose(0, 3, 1, 2, 4)  # p, class, a, x, c'
        shape = (*said.shape[:3], -1)
        powers = np.empty((most + 1, *said.reshape(shape).shape))
        powers[0] = 1.0
        for n in range(most):
            np.multiply(powers[n], said.reshape(shape), out=powers[n + 1])
        second, third, _ = outcomes(most)
        first = powers[:, 0] * weights.reshape(shape[1:])
        others = powers[second, 1] * powers[third, 2]
        each: Floats = first.transpose(1, 2, 0, 3) @ others.transpose(1, 2, 3, 0)
        return each

    def _chances(self) -> Floats:
        """Return the chances of the classes that are followed one by one."""
        chances: Floats = self.joint.sum(axis=(0, 2))
        return chances if self.rest == 1 else chances[:-1]


def _spread(of_levels: Floats, levels: Floats) -> Floats:
    """Return what has the shape (pools, ...) of `levels` as one of (classes, pools, 1, ...)."""
    n_pools, _, chains, k, _ = levels.shape
    return of_levels.reshape(n_pools, chains, k, k).transpose(2, 0, 1, 3)[:, :, None]


@lru_cache(maxsize=16)
def outcomes(most: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats]:
    """Return outcomes of labels with three answers: counts of the second and of the third, ways.

    The counts are those of up to `most` labels. Ways have the shape (counts of the first times
    these, most): of 1 to `most` labels, 0 where the counts have another sum.
    """
    others = [(j, k) for j in range(most + 1) for k in range(most + 1 - j)]
    ways = np.zeros((most + 1, len(others), most))
    for i in range(most + 1):
        for at, (j, k) in enumerate(others):
            if 0 < i + j + k <= most:
                ways[i, at, i + j + k - 1] = comb(i + j + k, i) * comb(j + k, j)
    second, third = np.array(others).T
    return second, third, ways.reshape(-1, most)


def outlook(weighed: WeighedLabels, rows: Floats, pools: Sequence[str]) -> Outlook:
    """Return the outlook of a task on `pools`, whose rows are `rows`."""
    used = weighed.used
    held = weighed.joint.chances[0] * weighed.chains[used][:, None, None]
    by_level, rows = weighed.by_level, rows[:, used]
    rest = held.shape[1] - FOLLOWED
    if rest > 1:
        held, rows, by_level = _with_rest(held, rows, by_level)
    levels = np.empty((len(pools), len(LEVELS), *held.shape))
    levels[:] = weighed.levels.levels[:, None, None, None]
    for i, pool in enumerate(pools):
        if pool in by_level:
            levels[i] = by_level[pool]
    return Outlook(held, rows, levels, max(1, rest))


def _with_rest(
    held: Floats, rows: Floats, by_level: Mapping[str, Floats]
) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Return joint, rows and levels of the likeliest classes and of one for the rest.

    Its row has the chance that one of them names itself; wrong answers among them are left out.
    """
    likeliest = np.argsort(-held.sum(axis=(0, 2)), kind="stable")
    group = np.empty(len(likeliest), np.int64)
    group[likeliest] = np.minimum(np.arange(len(likeliest)), FOLLOWED)
    sums = np.eye(FOLLOWED + 1)[group]  # classes, groups
    share = held.sum(axis=2) + 1e-300
    share = share[:, :, None] * sums / (share @ sums)[:, None]  # x, classes, groups
    together = share.transpose(0, 2, 1) @ (rows @ sums)
    itself = rows.diagonal(axis1=2, axis2=3)  # p, x, classes
    together[..., -1, -1] = (itself * share[..., -1]).sum(axis=2)
    joint = sums.T @ held @ sums
    levels = {
        pool: (sums.T @ (weights * held) @ sums) / (joint + 1e-300)
        for pool, weights in by_level.items()
    }
    return joint, together, levels
