"""Sections of a market's file; unknown keys are errors."""

from __future__ import annotations

from typing import Literal

from bandit.settings import Section
from replay.market.changed_features import Features
from replay.market.difficulty import Difficulty
from replay.market.pools import PoolSpec
from replay.market.tasks import Arrivals

Source = Literal["made", "image-segments"]


class TasksSection(Section, frozen=True):
    """Which tasks there are, and what their features say.

    Parameters
    ----------
    source
        Made tasks, or the image segments of the demo.
    count
        Number of tasks.
    classes, class_weights, hinted_share, noise
        Made tasks only, as in `made_tasks`: number of classes and how frequent they are; how well
        features tell them apart.
    languages
        Languages of the tasks, all as frequent; the feature `language` says which.
    features
        Each task's own; shuffled over the tasks, so that they say nothing; from the middle of the
        stream on those of a task of the next class; or none at all.
    """

    source: Source = "made"
    count: int = 2500
    classes: int = 4
    class_weights: tuple[float, ...] = ()
    hinted_share: float = 0.7
    noise: float = 0.5
    languages: tuple[str, ...] = ()
    features: Features = "own"


class ExpertsSection(Section, frozen=True):
    """Those who answer audits, always right."""

    usd_per_label: float


class BudgetSection(Section, frozen=True):
    """What asks may cost, audits included, in a day (UTC)."""

    usd_per_day: float


class MarketSpec(Section, frozen=True):
    """A market but for its seed."""

    pools: tuple[PoolSpec, ...]
    tasks: TasksSection = TasksSection()
    arrivals: Arrivals = Arrivals()
    experts: ExpertsSection | None = None
    budget: BudgetSection | None = None
    difficulty: tuple[Difficulty, ...] = ()
