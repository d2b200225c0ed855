"""What the labels of one task say of its classes, from all of them or from all but one."""

from __future__ import annotations

from collections.abc import Hashable
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from bandit.labels.ambiguity import LevelWeights, joint, posterior_of_one
from bandit.labels.blocks import grouped
from bandit.labels.confusion import Floats

if TYPE_CHECKING:
    from bandit.labels.ambiguity import Grouped, Joint


class Answer(NamedTuple):
    """A label: who gave it, and a factor on the odds that it is right, from its signals."""

    pool: str
    labeler: str
    answer: str
    tilt: float = 1.0


class WeighedLabels(msgspec.Struct, frozen=True, eq=False, dict=True):
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
    values: dict[Hashable, tuple[float, ...]] = {}
    """Values of asking, by what else they depend on: labels may be those of many tasks, none."""

    @property
    def used(self) -> slice:
        """The numbers of the chains that are used."""
        if self.chains[1] == 0.0:
            return slice(0, 1)
        return slice(0 if self.chains[0] else 1, 2)

    @cached_property
    def joint(self) -> Joint:
        """Chances of class and rival from all labels, in the chains that are used: of one task."""
        used, order = self.used, _order(self.pools)
        answers = self.answers[:, used]
        if not order.is_sorted:
            answers = answers[order.places, ...]
        return joint(answers, _groups((order.sizes,)), self.prior[None, used], self.levels)

    @cached_property
    def by_level(self) -> dict[str, Floats]:
        """Chances of the levels by pool that gave labels: (levels, chains, classes, classes)."""
        return dict(zip(dict.fromkeys(self.pools), self.joint.by_level(), strict=True))

    def posterior(self) -> Floats:
        """Return the chance of each class, from all labels."""
        if len(self.pools) == 1:
            used = self.used
            by_chain = posterior_of_one(self.answers[0, used], self.prior[used], self.levels)
        else:
            by_chain = self.joint.posterior()[0]
        chances: Floats = by_chain[0] if len(by_chain) == 1 else self.chains @ by_chain
        return chances

    def right_rates(self, rows: Floats) -> list[float]:
        """Return the chance that the task's first label is right, by each of a pool's `rows`.

        `rows` has the shape (pools, chains, classes, classes).
        """
        right = rows.diagonal(axis1=2, axis2=3) * self.prior
        rates: list[float] = (np.add.reduce(right, axis=2) @ self.chains).tolist()
        return rates

    def posteriors_without(self) -> Floats:
        """Return the chance of each class from all labels but one: shape (labels, classes)."""
        n, used = len(self.pools), self.used
        places, sizes, _ = _order(self.pools)
        left = [i for label in range(n) for i in places if i != label]
        groups = [list(sizes) for _ in range(n)]
        for of_task, place in zip(groups, np.argsort(places), strict=True):
            of_task[int(np.searchsorted(np.cumsum(sizes), place, "right"))] -= 1
        of = _groups(tuple(tuple(size for size in of_task if size) for of_task in groups))
        prior = self.prior[None, used].repeat(n, axis=0)
        found = joint(self.answers[:, used][left], of, prior, self.levels)
        chances: Floats = self.chains[used] @ found.posterior()
        return chances


class _Order(NamedTuple):
    """The places of labels in the order of their pools, and how many are of each."""

    places: tuple[int, ...]
    sizes: tuple[int, ...]
    is_sorted: bool


@lru_cache(maxsize=1024)
def _order(pools: tuple[str, ...]) -> _Order:
    """Return the order of the labels of a task, from the pool of each."""
    by_pool: dict[str, list[int]] = {}
    for i, pool in enumerate(pools):
        by_pool.setdefault(pool, []).append(i)
    places = tuple([i for of_pool in by_pool.values() for i in of_pool])
    sizes = tuple([len(of_pool) for of_pool in by_pool.values()])
    return _Order(places, sizes, places == tuple(range(len(places))))


@lru_cache(maxsize=1024)
def _groups(sizes: tuple[tuple[int, ...], ...]) -> Grouped:
    """Return the groups of labels of tasks, from how many of each pool each has."""
    each = [size for of_task in sizes for size in of_task]
    of = np.repeat(np.arange(len(sizes)), [sum(of_task) for of_task in sizes])
    return grouped(of, np.repeat(np.arange(len(each)), each))
