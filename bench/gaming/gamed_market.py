"""A simulated market that somebody games: hooks for what labelers and experts send.

Nobody else is changed: the same tasks, labelers and answers come as in the market without the game.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.draw import draw
from bandit.events import Decline, Label
from replay.market.difficulty import Tempting
from replay.market.market import Market
from replay.market.pools import EXPERTS
from replay.market_file.build import tasks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Ask
    from replay.market.tasks import TrueTask
    from replay.market_file.sections import MarketSpec

GAMERS = 0.3
"""Share of labelers who game, outside the specialists."""
HONEST_POOL = "specialist"


class GamedMarket(Market):
    """A market in which nobody games; subclasses change what is sent."""

    def __init__(self, spec: MarketSpec, seed: int) -> None:
        self.seed = seed
        expert_usd = spec.experts.usd_per_label if spec.experts else None
        tasks = [self.arrives(one) for one in tasks_of(spec, seed)]
        super().__init__(spec.pools, tasks, seed, spec.difficulty, expert_usd)
        self.first_at = tasks[0].task.at

    def arrives(self, one: TrueTask) -> TrueTask:
        """Return a task as it comes."""
        return one

    def sends(self, label: Label, now: float) -> Label | Decline:
        """Return what a labeler sends in place of an honest label."""
        del now
        return label

    def says(self, label: Label) -> Label:
        """Return what an expert says."""
        return label

    def answer(self, ask: Ask, now: float) -> list[Label | Decline]:
        sent: list[Label | Decline] = []
        for one in super().answer(ask, now):
            if isinstance(one, Decline):
                sent.append(one)
            elif one.pool == EXPERTS:
                sent.append(self.says(one))
            else:
                sent.append(self.sends(one, now))
        return sent

    def uniform(self, key: str, purpose: str) -> float:
        """Draw a number in [0, 1), fixed by its arguments."""
        return draw(self.seed, key, 0, f"gamer {purpose}")

    def games(self, labeler: str, share: float = GAMERS) -> bool:
        """Whether a labeler games."""
        pool = labeler.rpartition("-")[0]
        return pool != HONEST_POOL and self.uniform(labeler, "bad") < share

    def is_hard(self, task: str) -> bool:
        """Whether a task is one of those that tempt."""
        one = self.tasks[task]
        forms = [form for form in self.difficulty if isinstance(form, Tempting)]
        return any(form.is_hard(self.seed, one) for form in forms)

    def guess(self, label: Label) -> Label:
        """Return a label with any of the classes."""
        classes: Sequence[str] = self.tasks[label.task].task.classes
        said = classes[int(self.uniform(label.task, label.labeler) * len(classes))]
        return msgspec.structs.replace(label, answer=said)

    def right(self, label: Label) -> Label:
        """Return a label with the true class."""
        return msgspec.structs.replace(label, answer=self.tasks[label.task].truth)


def declined(label: Label, now: float, after_s: float = 1.0) -> Decline:
    """Return a decline in place of a label, so long after the ask."""
    return Decline(task=label.task, ask=label.ask, pool=label.pool, at=now + after_s, why="")
