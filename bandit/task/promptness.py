"""The price of waiting that keeps 95 % of a project's verdicts within a time.

A project with `verdict_within_s` pays for waiting, beside what its settings say, a share kappa of
the worth of a right answer for each such time. After each verdict the log of kappa moves by

    STEP * (late - LATE_SHARE),    late = 1 if the verdict took longer, else 0.

That is the dual price of the constraint "late at most one time in 20" by online mirror descent
(entropic map), as `bandit.task.worth` has that of accuracy: so slow pools and further labels are
asked only where they are worth their wait, at the least price that keeps the limit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.settings import Settings
    from bandit.task.state import DeskState

LATE_SHARE = 0.05
"""Share of verdicts that may be late: the limit is on the 95th percentile."""
STEP = 0.5
"""A late verdict raises the price by 61 %; 19 in time take that off again."""
AT_START = 0.01
"""First price: of two pools that cost and know the same, the faster one is asked."""
LEAST, MOST = 1e-4, 10.0
"""Bounds of the price: at the least no wait matters, at the most only the fastest pool is asked."""


def delay_usd_per_hour(
    settings: Settings, desk: DeskState, project: str, worth_usd: float
) -> float:
    """Return the price of waiting for an hour in a project, where a right answer has a worth.

    Examples
    --------
    >>> from bandit.settings import ProjectSettings, Settings
    >>> from bandit.task.state import DeskState
    >>> desk, settings = DeskState(), Settings(project=ProjectSettings(verdict_within_s=600.0))
    >>> delay_usd_per_hour(settings, desk, "p", worth_usd=1.0)
    0.06
    >>> update_delay_price(settings, desk, "p", delay_s=900.0)
    >>> round(delay_usd_per_hour(settings, desk, "p", worth_usd=1.0), 4)
    0.0965
    """
    chosen = settings.of_project(project)
    limit_s = chosen.verdict_within_s
    if limit_s is None:
        return chosen.delay_usd_per_hour
    price = math.exp(desk.log_delay.get(project, math.log(AT_START)))
    return chosen.delay_usd_per_hour + round(price * worth_usd * 3600.0 / limit_s, 12)


def update_delay_price(settings: Settings, desk: DeskState, project: str, delay_s: float) -> None:
    """Move the price after a verdict that took `delay_s`."""
    limit_s = settings.of_project(project).verdict_within_s
    if limit_s is None:
        return
    moved = desk.log_delay.get(project, math.log(AT_START))
    moved += STEP * (float(delay_s > limit_s) - LATE_SHARE)
    desk.log_delay[project] = min(max(moved, math.log(LEAST)), math.log(MOST))
