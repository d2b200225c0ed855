"""The value of a right answer, in dollars: given, or derived from a target accuracy.

A project with `target_accuracy` gets the value at which its verdicts reach the target: after each
verdict of confidence c, its logarithm moves by STEP * (target - (c - CAUTION * e)), e the standard
error of c by the gold that its calibration has seen. That is the dual price of the accuracy
constraint by online mirror descent (entropic map), so the mean confidence of verdicts reaches the
target at the least cost.
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
"""Value where none is given: a label of a few cents then pays while the answer is uncertain."""
STEP = 0.5
"""Step size in log dollars: a verdict 10 points below the target raises the value by 5 %."""
CAUTION = 0.25
"""Standard errors of a confidence that are taken off it: while little gold has shown whether a
confidence is true, the target is aimed at from above. In three markets, with none a seed fell 5
points short; with 0.5 labels and audits cost up to two thirds more."""
PRICES_AT_START = 8.0
"""First value, in median prices of a label: a label then pays if it adds an eighth of confidence.
Answers that are less sure than the target raise it within tens of tasks; from 20 prices, the first
500 tasks cost as much as the 2,000 after them."""
DIGITS = 3
"""Targets that agree in so many digits share a value: tasks may have targets of their own, and the
values are in the desk's record, which is written with every batch."""
BEFORE_TARGET = "\x1f"
"""What stands between project and target in a key."""
LEAST_PRICES, MOST_PRICES = 0.5, 2000.0
"""Bounds of the value, in median prices: at the least no label pays, at the most one that adds 0.05
points of confidence."""


def target_of(settings: Settings, task: Task) -> float | None:
    """Return the target accuracy of `task`; `None` if its value is given in dollars."""
    if task.value_usd is not None:
        return None
    if task.target_accuracy is not None:
        return task.target_accuracy
    project = settings.of_project(task.project)
    return None if project.value_usd is not None else project.target_accuracy


def worth_usd(settings: Settings, desk: DeskState, task: Task, pools: Iterable[Pool]) -> float:
    """Return the value of a right answer of `task` now, in dollars."""
    target = target_of(settings, task)
    if target is None:
        value_usd = task.value_usd or settings.of_project(task.project).value_usd
        return DEFAULT_USD if value_usd is None else value_usd
    price = _median_usd(pools)
    return math.exp(desk.log_worth.get(_key(task, target), math.log(PRICES_AT_START))) * price


def update_worth(
    settings: Settings, desk: DeskState, task: Task, confidence: float, error: float = 0.0
) -> None:
    """Move the value derived from a target accuracy after a verdict.

    `error` is the standard error of its `confidence`.
    """
    target = target_of(settings, task)
    if target is None:
        return
    key = _key(task, target)
    moved = desk.log_worth.get(key, math.log(PRICES_AT_START)) + STEP * (
        target - (confidence - CAUTION * error)
    )
    desk.log_worth[key] = min(max(moved, math.log(LEAST_PRICES)), math.log(MOST_PRICES))


def project_of(key: str) -> str:
    r"""Return the project that a key of `DeskState.log_worth` is of.

    Examples
    --------
    >>> project_of("p\x1f0.95")
    'p'
    """
    return key.rpartition(BEFORE_TARGET)[0]


def _key(task: Task, target: float) -> str:
    return f"{task.project}{BEFORE_TARGET}{round(target, DIGITS)}"


def _median_usd(pools: Iterable[Pool]) -> float:
    """Return the median price of a label, at least $0.0001, since pools may be free."""
    prices = sorted(pool.usd_per_label for pool in pools if not pool.gold)
    return max(prices[len(prices) // 2], 1e-4) if prices else 1e-4
