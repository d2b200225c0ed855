"""How long a pool's label takes, and the chance that it comes before a task's deadline."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bandit.events import Pool
    from bandit.learn.brain import Brain

MOST_LABELS = 9
"""Most labels of a task for which time is planned: the default of `policy.max_labels`."""


def wait_s(brain: Brain, project: str, pool: Pool) -> float:
    """Return the expected wait for a label of the pool in seconds, asks without one included."""
    return brain.pool_record(project, pool.pool).wait_s(pool.expected_delay_s)


def in_time(wait_s: float, left_s: float) -> float:
    """Return the chance that what takes `wait_s` on average is there within `left_s`.

    The wait is taken as exponential: of those with that mean it has the largest entropy.

    Examples
    --------
    >>> round(in_time(600.0, 3600.0), 3), round(in_time(3600.0, 600.0), 3), in_time(0.0, 0.0)
    (0.998, 0.154, 1.0)
    """
    if wait_s <= 0.0:
        return 1.0
    return round(-math.expm1(-max(0.0, left_s) / wait_s), 6)


def discounted(value_usd: float, cost_usd: float, chance: float) -> float:
    """Return the value of an ask whose label comes in time with this chance only.

    What it gains is lost where it comes too late; what it costs is not.

    Examples
    --------
    >>> discounted(0.3, 0.1, 1.0), round(discounted(0.3, 0.1, 0.25), 3)
    (0.3, 0.0)
    """
    return value_usd if chance >= 1.0 else chance * (value_usd + cost_usd) - cost_usd
