"""A market with models beside its people: judges that are asked and paid, or free predictions.

`judge` is right with chance `RIGHT`, whatever people say of the task. `echo` says what most labels
of the task say so far, the first of equals; of a task without labels, what one labeler of the
market's first pool says. So its labels add nothing to those that there are. As a prediction, which
comes before any label, it says what most of five labelers of that pool say. `shuffled` says a class
of the task by chance, whatever its truth.
"""

from __future__ import annotations

import heapq
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Literal

from bandit.draw import draw
from bandit.events import Decline, Label, Pool, Prediction, Task
from replay.market.labelers import other
from replay.market.market import Market
from replay.market.pools import EXPERTS
from replay.market_file.build import tasks_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bandit.events import Ask, Input
    from replay.market_file.sections import MarketSpec

Model = Literal["judge", "echo", "shuffled"]

RIGHT = 0.9
USD = 0.01
DELAY_S = 2.0
SURE = 0.9
"""What a prediction gives to the class that it names."""
COPIED = 5


class ModelMarket(Market):
    """A market in which models are asked as pools of one labeler, or predict each task.

    Parameters
    ----------
    spec, seed
        The market of people.
    asked, predicting
        Models that are pools, and models that send predictions.
    """

    def __init__(
        self,
        spec: MarketSpec,
        seed: int,
        asked: Sequence[Model] = (),
        predicting: Sequence[Model] = (),
    ) -> None:
        expert_usd = spec.experts.usd_per_label if spec.experts else None
        super().__init__(spec.pools, tasks_of(spec, seed), seed, spec.difficulty, expert_usd)
        self._of = spec.pools[0].name
        self._asked_models, self._predicting = tuple(asked), tuple(predicting)
        self._heard: dict[str, list[str]] = {}
        self._answered: set[tuple[str, str]] = set()

    def events(self) -> Iterator[Input]:
        """The market's events, the models' pools before them, predictions before their tasks."""
        start = next(iter(self.tasks.values())).task.at - 1.0
        pools = [
            Pool(
                pool=name,
                at=start,
                usd_per_label=USD,
                expected_delay_s=DELAY_S,
                ask_timeout_s=60.0,
            )
            for name in self._asked_models
        ]
        return heapq.merge(pools, self._with_predictions(), key=lambda event: event.at)

    def usd_per_label(self) -> dict[str, float]:
        """Price of each pool."""
        return super().usd_per_label() | dict.fromkeys(self._asked_models, USD)

    def answer(self, ask: Ask, now: float) -> list[Label | Decline]:
        """What comes back, and when."""
        model = ask.pool in self._asked_models
        answers = self._asked_model(ask, now) if model else super().answer(ask, now)
        if ask.pool != EXPERTS:
            said = [one.answer for one in answers if isinstance(one, Label)]
            self._heard.setdefault(ask.task, []).extend(said)
        return answers

    def _asked_model(self, ask: Ask, now: float) -> list[Label | Decline]:
        """What comes back from a model: one label a task."""
        if (ask.task, ask.pool) in self._answered:
            why = "it has answered"
            return [Decline(task=ask.task, ask=ask.ask, pool=ask.pool, at=now, why=why)]
        self._answered.add((ask.task, ask.pool))
        heard = self._heard.get(ask.task, [])
        is_echo = ask.pool == "echo"
        answer = self._echoed(ask.task, heard) if is_echo else self._alone(ask.task, ask.pool)
        return [self._label(ask, ask.pool, answer, now + DELAY_S)]

    def _with_predictions(self) -> Iterator[Input]:
        for event in super().events():
            if isinstance(event, Task):
                for source in self._predicting:
                    yield self._predicted(event, source)
            yield event

    def _predicted(self, task: Task, source: Model) -> Prediction:
        """Return what a model predicts of a task."""
        if source != "echo":
            named = self._alone(task.task, source)
        else:
            crew = islice(self.order(task.task, self._of), COPIED)
            named = self._echoed(task.task, [self.said(task.task, self._of, who) for who in crew])
        rest = (1.0 - SURE) / (len(task.classes) - 1)
        chances = {name: SURE if name == named else rest for name in task.classes}
        return Prediction(task=task.task, source=source, chances=chances, at=task.at)

    def _alone(self, task: str, model: str) -> str:
        """Return what a model says that heeds no labels."""
        one = self.tasks[task]
        if model == "shuffled":
            classes = one.task.classes
            return classes[int(draw(self._seed, task, 0, "shuffled") * len(classes))]
        if draw(self._seed, task, 0, "judge: right") < RIGHT:
            return one.truth
        return other(one, draw(self._seed, task, 0, "judge: other"))

    def _echoed(self, task: str, heard: Sequence[str]) -> str:
        if not heard:
            return self.said(task, self._of, next(self.order(task, self._of)))
        return Counter(heard).most_common(1)[0][0]
