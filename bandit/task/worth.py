"""What a right answer is worth: said in dollars, or found from a target accuracy.

A project that says `target_accuracy` gets the worth at which its verdicts reach it: after each
verdict of confidence c, log worth moves by STEP * (target - c). That is the dual price of the
accuracy constraint, found by online mirror descent (entropic map), so verdicts on average are as
sure as asked for at the least cost.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bandit.events import Pool, Task
    from bandit.settings import Settings
    from bandit.task.state import DeskState

DEFAULT_USD = 1.0
"""Worth where nothing is said: a label of a few cents is then worth buying while it can tell."""
STEP = 0.5
PRICES_AT_START = 20.0
LEAST_PRICES, MOST_PRICES = 0.5, 2000.0
"""The worth stays between these multiples of the median price of a label."""


def target_of(settings: Settings, task: Task) -> float | None:
    """Target accuracy in force for `task`, unless dollars are said, which come first."""
    project = settings.of_project(task.project)
    if task.value_usd is not None:
        return None
    if task.target_accuracy is not None:
        return task.target_accuracy
    return None if project.value_usd is not None else project.target_accuracy


def worth_usd(settings: Settings, desk: DeskState, task: Task, pools: Iterable[Pool]) -> float:
    """Return what a right answer of `task` is worth now, in dollars."""
    target = target_of(settings, task)
    if target is None:
        said = task.value_usd or settings.of_project(task.project).value_usd
        return DEFAULT_USD if said is None else said
    price = _median_usd(pools)
    return math.exp(desk.log_worth.get(_key(task, target), math.log(PRICES_AT_START))) * price


def update_worth(settings: Settings, desk: DeskState, task: Task, confidence: float) -> None:
    """Move the worth after a verdict of `confidence`."""
    target = target_of(settings, task)
    if target is None:
        return
    key = _key(task, target)
    moved = desk.log_worth.get(key, math.log(PRICES_AT_START)) + STEP * (target - confidence)
    desk.log_worth[key] = min(max(moved, math.log(LEAST_PRICES)), math.log(MOST_PRICES))


def _key(task: Task, target: float) -> str:
    return f"{task.project}\x1f{target}"


def _median_usd(pools: Iterable[Pool]) -> float:
    """Median price of a label, at least a hundredth of a cent, since free pools have no price."""
    prices = sorted(pool.usd_per_label for pool in pools if not pool.gold)
    return max(prices[len(prices) // 2], 1e-4) if prices else 1e-4
