"""Labelers of a simulated pool: how good each of them is, at which task and when.

P(labeler w is right about a task of class c that comes at progress g and share d of the day's work)
    = skill[w] + by_class[c] + by_language + own[w, c] + (drift + own_drift[w]) · g
      − learning · exp(−g / pace[w]) − tiring · d,   kept between 1/K and MOST_RIGHT.

It depends on labeler and task alone, not on what was asked before: learning and tiring go by the
time at which the task comes.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from bandit.draw import draw
from replay.market.pools import DAY_S
from replay.market.tasks import normal

if TYPE_CHECKING:
    from replay.market.pools import PoolSpec
    from replay.market.tasks import TrueTask

MOST_RIGHT = 0.995
NEIGHBOUR = 0.6  # of other wrong labels: classes have one that they are mostly taken for
PACE = (0.05, 0.30)  # shortest and longest share of the stream in which a labeler learns


class PoolLabelers:
    """The labelers of one pool.

    Attributes
    ----------
    skill
        Each labeler's chance to be right on an ordinary task, before all that depends on the task.
    """

    def __init__(self, spec: PoolSpec, seed: int) -> None:
        self._spec, self._seed, self._name = spec, seed, spec.name
        crew = range(spec.labelers)
        self.skill = [self._beta(who) for who in crew]
        self._drift = [
            spec.drift + spec.drift_spread * self._normal(who, "own drift")
            if spec.drift_spread
            else spec.drift
            for who in crew
        ]
        quick, slow = PACE
        self._pace = [
            quick + (slow - quick) * draw(seed, spec.name, who, "pace") if spec.learning else quick
            for who in crew
        ]
        self._own: dict[tuple[int, str], float] = {}

    def chance(self, true_task: TrueTask, who: int) -> float:
        """Chance of a labeler to be right about a task that isn't hard."""
        spec, truth, progress = self._spec, true_task.truth, true_task.progress
        chance = self.skill[who] + spec.by_class.get(truth, 0.0)
        chance += spec.by_language.get(true_task.language, 0.0)
        chance += self._drift[who] * progress
        if spec.class_spread:
            chance += self._own_of(who, truth)
        if spec.learning:
            chance -= spec.learning * math.exp(-progress / self._pace[who])
        if spec.tiring:
            chance -= spec.tiring * self._worked(true_task.task.at)
        return bounded(chance, len(true_task.task.classes))

    def wrong(self, true_task: TrueTask, who: int) -> str:
        """The class that a labeler names when wrong."""
        spec, task = self._spec, true_task.task
        name, classes = task.task, task.classes
        if spec.favourite_share and self._draw(name, who, "favours") < spec.favourite_share:
            favourite = self._favourite(who, classes)
            if favourite != true_task.truth:
                return favourite
        if self._draw(name, who, "neighbour") < NEIGHBOUR:
            return classes[(classes.index(true_task.truth) + 1) % len(classes)]
        return other(true_task, self._draw(name, who, "other"))

    def wrong_chances(self, truth: str, classes: tuple[str, ...], who: int) -> dict[str, float]:
        """Chance of each class to be named by a labeler who is wrong."""
        spec, at = self._spec, classes.index(truth)
        chances = dict.fromkeys(classes, (1.0 - NEIGHBOUR) / (len(classes) - 1))
        chances[classes[(at + 1) % len(classes)]] += NEIGHBOUR
        chances[truth] = 0.0
        if spec.favourite_share:
            favourite = self._favourite(who, classes)
            if favourite != truth:
                rest = 1.0 - spec.favourite_share
                chances = {name: rest * chance for name, chance in chances.items()}
                chances[favourite] += spec.favourite_share
        return chances

    def _favourite(self, who: int, classes: tuple[str, ...]) -> str:
        return classes[int(draw(self._seed, self._name, who, "favourite") * len(classes))]

    def _beta(self, who: int) -> float:
        spec = self._spec
        of = int(draw(self._seed, spec.name, who, "skill") * 2**53)
        chance = random.Random(of)  # noqa: S311 -- seeded by the keyed draw
        return chance.betavariate(spec.skill * spec.spread, (1.0 - spec.skill) * spec.spread)

    def _own_of(self, who: int, truth: str) -> float:
        key = (who, truth)
        if key not in self._own:
            self._own[key] = self._spec.class_spread * self._normal(who, f"own {truth}")
        return self._own[key]

    def _worked(self, at: float) -> float:
        """Share of the pool's working day that has passed."""
        opening, closing = self._spec.shift_h()
        hour = at % DAY_S / 3600.0
        if hour < closing - 24.0:
            hour += 24.0
        return min(max((hour - opening) / (closing - opening), 0.0), 1.0)

    def _draw(self, key: str, number: int, purpose: str) -> float:
        return draw(self._seed, key, number, f"{self._name}: {purpose}")

    def _normal(self, who: int, purpose: str) -> float:
        return normal(self._seed, self._name, who, purpose)


def bounded(chance: float, classes: int) -> float:
    """Keep a chance to be right from being worse than guessing, or above MOST_RIGHT."""
    return min(max(chance, 1.0 / classes), MOST_RIGHT)


def other(true_task: TrueTask, uniform: float) -> str:
    """A class that isn't the truth, by a draw in [0, 1)."""
    wrong = [name for name in true_task.task.classes if name != true_task.truth]
    return wrong[int(uniform * len(wrong))]
