"""What sloppy platforms, pools and experts do: prices, late labels, wrong gold, predictions."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bandit.draw import draw
from bandit.events import Pool, Prediction, Task
from bench.gaming.gamed_market import GamedMarket
from replay.market.labelers import other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bandit.events import Ask, Decline, Input, Label
    from replay.market.tasks import TrueTask

DEAR, DEAR_USD = "dear", 1e6
CHARGED_USD = 0.60
SURE = 0.97
"""What a prediction gives to the class that it names."""


class MillionDollars(GamedMarket):
    """A further pool, always right, lists $1,000,000 a label."""

    def events(self) -> Iterator[Input]:
        dear = Pool(pool=DEAR, at=self.first_at - 1.0, usd_per_label=DEAR_USD)
        return heapq.merge([dear], super().events(), key=lambda event: event.at)

    def usd_per_label(self) -> dict[str, float]:
        return {**super().usd_per_label(), DEAR: DEAR_USD}

    def answer(self, ask: Ask, now: float) -> list[Label | Decline]:
        if ask.pool == DEAR:
            return [self._label(ask, f"{DEAR}-1", self.tasks[ask.task].truth, now + 30.0)]
        return super().answer(ask, now)


class Overcharges(GamedMarket):
    """The crowd charges 30 times what it lists."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        return replace(label, usd=CHARGED_USD) if label.pool == "crowd" else label


class AllAtOnce(GamedMarket):
    """All tasks come at the moment of the first, without a deadline."""

    at: float | None = None

    def arrives(self, one: TrueTask) -> TrueTask:
        self.at = one.task.at if self.at is None else self.at
        task = replace(one.task, at=self.at, deadline_at=None)
        return type(one)(task, one.truth, one.progress, one.language)


class FiveHoursLate(GamedMarket):
    """The crowd's labels come five hours late."""

    def sends(self, label: Label, now: float) -> Label | Decline:
        return replace(label, at=label.at + 5 * 3600.0) if label.pool == "crowd" else label


class WrongExperts(GamedMarket):
    """Experts are wrong in a fifth of their answers."""

    share = 0.2

    def says(self, label: Label) -> Label:
        if self.uniform(label.task, "gold wrong") >= self.share:
            return label
        wrong = other(self.tasks[label.task], self.uniform(label.task, "gw"))
        return replace(label, answer=wrong)


class SeldomWrongExperts(WrongExperts):
    """Experts are wrong in a twentieth of their answers."""

    share = 0.05


class Predicted(GamedMarket):
    """Free predictions, right in 95 %."""

    def named(self, one: TrueTask) -> str:
        """Return the class that the prediction names."""
        task = one.task.task
        if self.uniform(task, "pr") < 0.95:
            return one.truth
        return other(one, self.uniform(task, "pw"))

    def events(self) -> Iterator[Input]:
        for event in super().events():
            if isinstance(event, Task):
                named, rest = self.named(self.tasks[event.task]), len(event.classes) - 1
                chances = dict.fromkeys(event.classes, (1.0 - SURE) / rest) | {named: SURE}
                yield Prediction(task=event.task, source="model", chances=chances, at=event.at)
            yield event


class PredictedThenConstant(Predicted):
    """Predictions that name one class from half time on."""

    def named(self, one: TrueTask) -> str:
        return super().named(one) if one.progress < 0.5 else one.task.classes[0]


class PredictedAsTempted(Predicted):
    """Predictions that are wrong on hard tasks, as people are who follow the temptation."""

    def named(self, one: TrueTask) -> str:
        if self.is_hard(one.task.task):
            return other(one, draw(self.seed, one.task.task, 0, "tempting"))
        return super().named(one)
