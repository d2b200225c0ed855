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
from itertools import combinations_with_replacement
from math import factorial, prod
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
        # said[c, (p, y), (x, c')]: chance of answer y of pool p.
        own = self.rows[..., None].transpose(2, 0, 3, 1, 4)  # c, p, y, x, 1
        other = self.rows.transpose(0, 3, 1, 2)[None]  # 1, p, y, x, c'
        mean = np.tensordot(self.levels, LEVELS, (1, 0))  # p, x, c, c'
        level = mean.transpose(2, 0, 1, 3)[:, :, None]  # c, p, 1, x, c'
        apart = other - own
        said = own + level * apart
        held = self.joint.transpose(1, 0, 2)[:, None, None] * said
        after = held.sum(axis=(3, 4))  # c, p, y
        answered = after.sum(axis=0)
        if self.rest > 1:  # an answer that isn't of the rest says nothing of which of them it is
            answered[:, -1] += 1.0 - answered.sum(axis=1)
            after[-1, :, :-1] /= self.rest
        best = after.max(axis=0)
        if labels_left > 1:
            flat = (k, n_pools * k, chains * k)
            two = held.reshape(flat) @ said.reshape(flat).transpose(0, 2, 1)
            two = two.reshape(k, n_pools, k, n_pools, k)
            variance = np.tensordot(self.levels, LEVELS**2, (1, 0)) - mean * mean
            spread = self.joint.transpose(1, 0, 2)[:, None, None] * (
                variance.transpose(2, 0, 1, 3)[:, :, None] * apart
            )
            same = np.einsum("cpyxr,cpzxr->cpyz", spread, apart)
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
        leaders = np.argsort(-chances, kind="stable")[:2]
        named = self.rows[..., leaders]
        rest = np.maximum(1.0 - named.sum(axis=3, keepdims=True), 1e-12)
        symbols = np.concatenate([named, rest], axis=3)  # p, x, c, symbol
        own = symbols[:, None, :, leaders, None]
        other = symbols[:, None, :, None]
        said = np.log(own + LEVELS[:, None, None, None, None] * (other - own))
        counts, ways, sizes = _outcomes(most)
        weights = self.levels[:, :, :, leaders] * self.joint[:, leaders]
        each = np.exp(said @ counts.T) * weights[..., None]  # p, a, x, leader, c', outcome
        best = each.sum(axis=(1, 2, 4)).max(axis=1) * ways
        gains = np.stack(
            [best[:, sizes == size].sum(axis=1) for size in range(1, most + 1)], axis=1
        )
        costs = np.asarray(costs_usd)[:, None] * np.arange(1, most + 1)
        values: list[float] = (worth_usd * (gains - chances.max()) - costs).max(axis=1).tolist()
        return values

    def _chances(self) -> Floats:
        """Return the chances of the classes that are followed one by one."""
        chances: Floats = self.joint.sum(axis=(0, 2))
        return chances if self.rest == 1 else chances[:-1]


@lru_cache(maxsize=16)
def _outcomes(most: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return the outcomes of 1 to `most` labels of three answers: counts, ways, sizes."""
    counts, ways, sizes = [], [], []
    for size in range(1, most + 1):
        for outcome in combinations_with_replacement(range(3), size):
            each = [outcome.count(symbol) for symbol in range(3)]
            counts.append([float(n) for n in each])
            ways.append(factorial(size) / prod(factorial(n) for n in each))
            sizes.append(size)
    return np.array(counts), np.array(ways), np.array(sizes)


def outlook(weighed: WeighedLabels, rows: Floats, pools: Sequence[str]) -> Outlook:
    """Return the outlook of a task on `pools`, whose rows are `rows`."""
    used = np.flatnonzero(weighed.chains)
    found = weighed.joint()
    held = found.chances * weighed.chains[used][:, None, None]
    by_level, rows = found.by_level, rows[:, used]
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
