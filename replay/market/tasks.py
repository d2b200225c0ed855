"""Tasks for a simulated market: their arrival, and made ones whose truth we know."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from bandit.draw import draw
from bandit.events import Task

if TYPE_CHECKING:
    from bandit.events import Feature

STANDARD = NormalDist()
CLASSES = ("animal", "building", "food", "landscape", "person", "text", "tool", "vehicle")


@dataclass(frozen=True, slots=True)
class TrueTask:
    """A task and what only the market knows: its truth, and how far along the stream it is."""

    task: Task
    truth: str
    progress: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How tasks come: at random at a mean rate, each with so much time and so much worth."""

    start: float = 8 * 3600.0  # a working morning
    tasks_per_hour: float = 60.0
    deadline_s: float = 3600.0
    value_usd: float | None = 1.0
    target_accuracy: float | None = None


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

    The times between them are exponential: a Poisson process.
    """
    at = arrivals.start
    true_tasks = []
    for number, (features, truth) in enumerate(things):
        name = f"{project}-{number:06d}"
        at -= math.log(1.0 - draw(seed, name, 0, "arrival")) * 3600.0 / arrivals.tasks_per_hour
        task = Task(
            task=name,
            project=project,
            at=at,
            classes=classes,
            features=features,
            deadline_at=at + arrivals.deadline_s,
            value_usd=arrivals.value_usd,
            target_accuracy=arrivals.target_accuracy,
        )
        true_tasks.append(TrueTask(task, truth, number / len(things)))
    return true_tasks


def made_tasks(n: int, arrivals: Arrivals, seed: int, classes: int = 4) -> list[TrueTask]:
    """Make n tasks whose features hint at their class: two noisy numbers and a noisy category.

    Examples
    --------
    >>> [task.task.task for task in made_tasks(2, Arrivals(), seed=1)]
    ['simulated-000000', 'simulated-000001']
    """
    names = CLASSES[:classes]
    things: list[tuple[dict[str, Feature], str]] = []
    for number in range(n):
        key = str(number)
        which = int(draw(seed, key, 0, "truth") * classes)
        hinted = draw(seed, key, 0, "hint") < 0.7
        shown = which if hinted else int(draw(seed, key, 0, "other hint") * classes)
        angle = 2.0 * math.pi * which / classes
        things.append(
            (
                {
                    "x": round(math.cos(angle) + 0.5 * normal(seed, key, 0, "x"), 4),
                    "y": round(math.sin(angle) + 0.5 * normal(seed, key, 0, "y"), 4),
                    "source": f"feed-{shown}",
                },
                names[which],
            )
        )
    return arriving(things, names, arrivals, seed)
