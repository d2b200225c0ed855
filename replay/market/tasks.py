"""Tasks for a simulated market: their arrival, and made ones whose truth we know."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, count
from statistics import NormalDist
from typing import TYPE_CHECKING

from bandit.draw import draw
from bandit.events import Task
from bandit.settings import Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bandit.events import Feature

STANDARD = NormalDist()
BUSIEST = 14.0  # hour of the day
CLASSES = ("animal", "building", "food", "landscape", "person", "text", "tool", "vehicle")


@dataclass(frozen=True, slots=True)
class TrueTask:
    """A task and what only the market knows: its truth, and how far along the stream it is.

    `language` is what it is written in, where the market has languages.
    """

    task: Task
    truth: str
    progress: float
    language: str = ""


class Arrivals(Section, frozen=True):
    """How tasks come: at random at a rate, each with so much time and so much worth.

    Parameters
    ----------
    tasks_per_hour
        Mean rate, but for what follows.
    value_usd, target_accuracy
        What a right answer is worth, or instead how often answers should be right; without either
        it is as the settings say.
    day_swing
        Share of the rate by which the busiest hour of the day (14 UTC) exceeds the mean, and the
        quietest falls short of it.
    burst_factor, burst_every_s, burst_s
        Factor of the rate in bursts; time from one burst to the next; how long each lasts.
    """

    start: float = 8 * 3600.0  # a working morning
    tasks_per_hour: float = 60.0
    deadline_s: float = 3600.0
    value_usd: float | None = 1.0
    target_accuracy: float | None = None
    day_swing: float = 0.0
    burst_factor: float = 1.0
    burst_every_s: float = 14400.0
    burst_s: float = 1800.0

    def rate(self, at: float) -> float:
        """Tasks an hour at a time."""
        rate = self.tasks_per_hour
        if self.day_swing:
            rate *= 1.0 + self.day_swing * math.cos(2.0 * math.pi * (at / 3600.0 - BUSIEST) / 24.0)
        if self.burst_factor != 1.0 and at % self.burst_every_s < self.burst_s:
            rate *= self.burst_factor
        return rate

    def highest_rate(self) -> float:
        """Tasks an hour that the rate never exceeds."""
        return self.tasks_per_hour * (1.0 + self.day_swing) * max(1.0, self.burst_factor)


def normal(seed: int, key: str, number: int, purpose: str) -> float:
    """Draw a standard normal, fixed by its arguments."""
    return STANDARD.inv_cdf(min(max(draw(seed, key, number, purpose), 1e-12), 1.0 - 1e-12))


def arriving(
    things: list[tuple[dict[str, Feature], str]],
    classes: tuple[str, ...],
    arrivals: Arrivals,
    seed: int,
    project: str = "simulated",
) -> list[TrueTask]:
    """Turn things, each its features and its truth, into tasks in the order given.

    They arrive in a Poisson process; where its rate changes, by thinning one of the highest rate
    (Lewis and Shedler 1979).
    """
    at, highest = arrivals.start, arrivals.highest_rate()
    true_tasks = []
    for number, (features, truth) in enumerate(things):
        name = f"{project}-{number:06d}"
        for attempt in count():
            at -= math.log(1.0 - draw(seed, name, attempt, "arrival")) * 3600.0 / highest
            share = arrivals.rate(at) / highest
            if share >= 1.0 or draw(seed, name, attempt, "thinned") < share:
                break
        task = Task(
            task=name,
            project=project,
            at=at,
            classes=classes,
            features=features,
            deadline_at=at + arrivals.deadline_s,
            value_usd=arrivals.value_usd if arrivals.target_accuracy is None else None,
            target_accuracy=arrivals.target_accuracy,
        )
        true_tasks.append(TrueTask(task, truth, number / len(things)))
    return true_tasks


def made_tasks(
    n: int,
    arrivals: Arrivals,
    seed: int,
    classes: int = 4,
    *,
    class_weights: Sequence[float] = (),
    hinted_share: float = 0.7,
    noise: float = 0.5,
) -> list[TrueTask]:
    """Make n tasks whose features hint at their class: two noisy numbers and a noisy category.

    Parameters
    ----------
    class_weights
        How frequent the classes are; without any, all alike.
    hinted_share
        Share of tasks whose category is that of their class; the others have any.
    noise
        Standard deviation of the numbers; those of neighbouring classes are about 1 apart.

    Examples
    --------
    >>> [task.task.task for task in made_tasks(2, Arrivals(), seed=1)]
    ['simulated-000000', 'simulated-000001']
    """
    names = CLASSES[:classes]
    steps = [step / sum(class_weights) for step in accumulate(class_weights)]
    things: list[tuple[dict[str, Feature], str]] = []
    for number in range(n):
        key = str(number)
        drawn = draw(seed, key, 0, "truth")
        which = min(bisect_right(steps, drawn), classes - 1) if steps else int(drawn * classes)
        hinted = draw(seed, key, 0, "hint") < hinted_share
        shown = which if hinted else int(draw(seed, key, 0, "other hint") * classes)
        angle = 2.0 * math.pi * which / classes
        things.append(
            (
                {
                    "x": round(math.cos(angle) + noise * normal(seed, key, 0, "x"), 4),
                    "y": round(math.sin(angle) + noise * normal(seed, key, 0, "y"), 4),
                    "source": f"feed-{shown}",
                },
                names[which],
            )
        )
    return arriving(things, names, arrivals, seed)
