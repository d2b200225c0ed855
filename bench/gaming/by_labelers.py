"""Games of people who are paid per label: declining, sleeping, new names, colluding."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bench.gaming.gamed_market import GamedMarket, declined
from replay.market.labelers import other

if TYPE_CHECKING:
    from bandit.events import Decline, Label
    from replay.market_file.sections import MarketSpec

TRUSTED = 30
"""Labels after which a sleeper guesses."""


class Guesses(GamedMarket):
    """They guess."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        return self.guess(label) if self.games(label.labeler) else label


class GuessesAtOnce(GamedMarket):
    """They guess, within a second."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        fast = replace(self.guess(label), at=now + 0.3)
        return fast if self.games(label.labeler) else label


class NewNames(GamedMarket):
    """They guess, under a new name each time."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        if not self.games(label.labeler):
            return label
        return replace(self.guess(label), labeler=f"{label.labeler}-{label.task}")


class Sleepers(GamedMarket):
    """They are always right until they are trusted, then guess."""

    def __init__(self, spec: MarketSpec, seed: int) -> None:
        super().__init__(spec, seed)
        self.given: Counter[str] = Counter()

    def sends(self, label: Label, now: float) -> Label | Decline:
        if not self.games(label.labeler):
            return label
        self.given[label.labeler] += 1
        is_trusted = self.given[label.labeler] > TRUSTED
        return self.guess(label) if is_trusted else self.right(label)


class EasyOnly(GamedMarket):
    """They are right on easy tasks; they decline hard ones in the first half, then guess these."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        if not self.games(label.labeler):
            return label
        if not self.is_hard(label.task):
            return self.right(label)
        is_early = self.tasks[label.task].progress < 0.5
        return declined(label, now, 10.0) if is_early else self.guess(label)


class OneInTenDeclines(GamedMarket):
    """One labeler in ten declines everything."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        return declined(label, now) if self.games(label.labeler, 0.1) else label


class MostDecline(GamedMarket):
    """Four in five asks are declined in the crowd."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        declines = self.uniform(label.task, f"{label.labeler}dec") < 0.8
        return declined(label, now) if declines and label.pool == "crowd" else label


class ColludersOnEasy(GamedMarket):
    """They name one wrong class together on half of the easy tasks, and are honest elsewhere."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        is_theirs = self.uniform(label.task, "coll") < 0.5 and not self.is_hard(label.task)
        if not (is_theirs and self.games(label.labeler)):
            return label
        wrong = other(self.tasks[label.task], self.uniform(label.task, "which"))
        return replace(label, answer=wrong)
