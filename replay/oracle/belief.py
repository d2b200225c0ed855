"""The exact posterior of a task under the true model, and a look-ahead of two over the pools.

S[c, z]      = joint[c, z] · Π over pools p of Σ over levels a of level_p[a] · L_p[a],
L_p[a, c, z] = Π over labels (w, y) of pool p of says_w[a, y, c, z]
value of stopping     V0 = worth · max over c of Σ over z of S[c, z]
value of n more       Vn = max(V0, max over p of E[V(n-1) after a label of p] − price of p)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from replay.market.tasks import TrueTask
    from replay.numerics.arrays import Floats
    from replay.oracle.true_model import TrueModel


class Belief:
    """What the labels of one task say about its class."""

    def __init__(self, model: TrueModel, true_task: TrueTask) -> None:
        self._model, self._task = model, true_task
        self._labels = {name: np.ones_like(level) for name, level in model.level.items()}
        self._gang_spoke = False

    def receive(self, pool: str, who: int, answer: str) -> None:
        """Take a label into account; of a gang, the first alone says anything."""
        if self._model.in_gang(pool, who):
            if self._gang_spoke:
                return
            self._gang_spoke = True
        says = self._model.says(self._task, pool, who)
        self._labels[pool] = self._labels[pool] * says[:, self._model.classes.index(answer)]

    def joint(self) -> Floats:
        """Posterior of class and hidden state: shape (classes, states)."""
        joint = self._model.joint.copy()
        for name, level in self._model.level.items():
            joint *= (level * self._labels[name]).sum(axis=0)
        normal: Floats = joint / joint.sum()
        return normal

    def posterior(self) -> dict[str, float]:
        """Posterior of the classes."""
        chances = self.joint().sum(axis=1)
        return dict(zip(self._model.classes, map(float, chances), strict=True))

    def gains(self, worth_usd: float, prices: Mapping[str, float]) -> dict[str, float]:
        """Dollars that asking each pool now is worth, its price paid, over stopping now.

        It looks two labels ahead: the second is of any of the pools, and bought where it pays.
        """
        joint = self.joint()
        now = worth_usd * float(joint.sum(axis=1).max())
        levels = {name: self._level(name) for name in prices}
        means = {name: self._model.mean(self._task, name) for name in prices}
        single = {name: (levels[name][:, None] * means[name]).sum(axis=0) for name in prices}
        gains = {}
        for pool, price in prices.items():
            after = joint * single[pool]  # [y, c, z]
            best = worth_usd * after.sum(axis=2).max(axis=1)  # [y]
            chance = after.sum(axis=(1, 2))
            for second, price_2 in prices.items():
                if second == pool:
                    # Two labels of one pool share its level.
                    weighted = joint * levels[pool][:, None] * means[pool]  # [a, y, c, z]
                    both = np.einsum("aycz,axcz->yxc", weighted, means[pool])
                else:
                    both = np.einsum("ycz,xcz->yxc", after, single[second])
                more = worth_usd * both.max(axis=2).sum(axis=1) - price_2 * chance
                best = np.maximum(best, more)
            gains[pool] = float(best.sum()) - price - now
        return gains

    def information(self, pool: str) -> Floats:
        """What a label of each of the pool's labelers tells about the class, in nats: (labelers,).

        It is the mutual information of class and label; a gang that spoke tells nothing new.
        """
        weighted = self.joint() * self._level(pool)  # [a, c, z]
        both = np.einsum("acz,waycz->wyc", weighted, self._model.all_says(self._task, pool))
        information = _entropy(both.sum(axis=1)) + _entropy(both.sum(axis=2))
        information -= _entropy(both.reshape(len(both), -1))
        if self._gang_spoke:
            information[self._model.gang(pool)] = 0.0
        return information

    def _level(self, pool: str) -> Floats:
        """Posterior of a pool's levels given class and state: shape (2, classes, states)."""
        weighted = self._model.level[pool] * self._labels[pool]
        total = weighted.sum(axis=0)
        normal: Floats = np.divide(
            weighted, total, out=np.full_like(weighted, 0.5), where=total > 0.0
        )
        return normal


def _entropy(chances: Floats) -> Floats:
    """Entropy of each row of chances, in nats."""
    logs = np.log(chances, out=np.zeros_like(chances), where=chances > 0.0)
    entropy: Floats = -(chances * logs).sum(axis=1)
    return entropy
