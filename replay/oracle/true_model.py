"""The true model of a simulated market: chance of every answer of every labeler.

    says[a, y, c, z] = P(labeler says y | class c, hidden state z, level a of the pool)

Level 1 of a pool is "misled by this hard task"; `level[a, c, z]` is its chance. Labels of a task
are independent given class, state and the levels of the pools. What spammers say depends on the
class at most.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from replay.market.difficulty import FOLLOW, with_log_odds
from replay.market.labelers import bounded
from replay.oracle.hidden_states import hidden_states

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.market.market import Market
    from replay.market.tasks import TrueTask
    from replay.numerics.arrays import Floats

HOUR_S = 3600.0


class TrueModel:
    """What is true of a market, but for the classes and states of its tasks.

    Attributes
    ----------
    joint
        Chance of class and state before any label: shape (classes, states).
    level
        For each pool, chance of its levels by class and state: shape (2, classes, states).
    """

    def __init__(self, market: Market) -> None:
        self._market = market
        some = next(iter(market.tasks.values()))
        self.classes = some.task.classes
        truths = [one.truth for one in market.tasks.values()]
        prior = np.array([truths.count(name) / len(truths) for name in self.classes])
        self.states = hidden_states(market.difficulty, len(self.classes))
        self.joint = prior[:, None] * self.states.chance
        self.level = {name: self._levels(spec.misled) for name, spec in market.specs.items()}
        self._says: dict[tuple[str, int, int, str], Floats] = {}
        self._all: dict[tuple[str, int, str], Floats] = {}
        self._mean: dict[tuple[str, int, str], Floats] = {}

    def says(self, true_task: TrueTask, pool: str, who: int) -> Floats:
        """Chances of a labeler's answers about a task: shape (2, K, K, states).

        They are the same for all tasks of an hour in one language.
        """
        key = (pool, who, *kind_of(true_task))
        if key not in self._says:
            self._says[key] = self._made(true_task, pool, who)
        return self._says[key]

    def mean(self, true_task: TrueTask, pool: str) -> Floats:
        """The same of a labeler of the pool drawn at random."""
        key = (pool, *kind_of(true_task))
        if key not in self._mean:
            self._mean[key] = self.all_says(true_task, pool).mean(axis=0)
        return self._mean[key]

    def all_says(self, true_task: TrueTask, pool: str) -> Floats:
        """The same of each labeler of the pool: shape (labelers, 2, K, K, states)."""
        key = (pool, *kind_of(true_task))
        if key not in self._all:
            says = [self.says(true_task, pool, who) for who in range(self.labelers(pool))]
            self._all[key] = np.array(says)
        return self._all[key]

    def labelers(self, pool: str) -> int:
        """Number of labelers of a pool."""
        return self._market.specs[pool].labelers

    def in_gang(self, pool: str, who: int) -> bool:
        """Whether a labeler copies the leader of the gang."""
        return self._market.spammers[pool].kinds.get(who) == "gang"

    def gang(self, pool: str) -> NDArray[np.bool_]:
        """Which labelers of a pool copy the leader of the gang: shape (labelers,)."""
        return np.array([self.in_gang(pool, who) for who in range(self.labelers(pool))])

    def _levels(self, misled: float) -> Floats:
        classes = range(len(self.classes))
        chance = [[misled * (z not in (None, c)) for z in self.states.tempting] for c in classes]
        return np.array([1.0 - np.array(chance), np.array(chance)])

    def _made(self, true_task: TrueTask, pool: str, who: int) -> Floats:
        names, states = self.classes, self.states
        crew, spammers = self._market.labelers[pool], self._market.spammers[pool]
        says = np.zeros((2, len(names), len(names), len(states)))
        for c, truth in enumerate(names):
            one = replace(true_task, truth=truth)
            spam = spammers.chances(one, who)
            if spam is not None:
                says[:, :, c, :] = np.array([spam[name] for name in names])[None, :, None]
                continue
            chance = crew.chance(one, who)
            wrong = crew.wrong_chances(truth, names, who)
            wrongs = np.array([wrong[name] for name in names])
            for z, added in enumerate(states.log_odds):
                right = bounded(with_log_odds(chance, added), len(names))
                own = (1.0 - right) * wrongs
                own[c] = right
                says[:, :, c, z] = self._on_hard(own, c, z)
        return says

    def _on_hard(self, own: Floats, c: int, z: int) -> Floats:
        """An honest labeler's answers at both levels; an ambiguous task is a coin at both."""
        rival, tempting = self.states.rival[z], self.states.tempting[z]
        if rival is not None and rival != c:
            own = np.zeros_like(own)
            own[c] = own[rival] = 0.5
        misled = own.copy()
        if tempting is not None and tempting != c:
            misled *= 1.0 - FOLLOW
            misled[tempting] += FOLLOW
        return np.array([own, misled])


def kind_of(true_task: TrueTask) -> tuple[int, str]:
    """Return the hour and the language of a task: what answers depend on beside its class."""
    return int(true_task.task.at // HOUR_S), true_task.language
