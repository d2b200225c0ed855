"""What is known at the moment of a decision beside the task itself, logged as it was seen.

Features can't be computed again later, so each is logged with the decision. Names of our own begin
with `poolwise.`; a task's feature of such a name is overruled.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

from bandit.days import DAY_S

if TYPE_CHECKING:
    from bandit.events import Feature, Pool
    from bandit.learn.brain import Brain
    from bandit.limits.capacity import Capacity


def system_features(at: float, labels: int, lead: str, confidence: float) -> dict[str, Feature]:
    """How far the task is, and the hour of the day (UTC) on the circle.

    Examples
    --------
    >>> system_features(0.0, 1, "yes", 0.8)["poolwise.lead"]
    'yes'
    """
    hour_sin, hour_cos = _hour(at)
    return {
        "poolwise.labels": float(labels),
        "poolwise.lead": lead if labels else "",
        "poolwise.confidence": round(confidence, 6),
        "poolwise.hour_sin": hour_sin,
        "poolwise.hour_cos": hour_cos,
    }


@lru_cache(maxsize=16)
def _hour(at: float) -> tuple[float, float]:
    """Sine and cosine of the hour; remembered, since time stands still from tick to tick."""
    turn = 2.0 * math.pi * (at % DAY_S) / DAY_S
    return round(math.sin(turn), 6), round(math.cos(turn), 6)


def lately(brain: Brain, pool: Pool, project: str) -> dict[str, float]:
    """How a pool did lately in this project.

    `agreement` is the decayed share of right labels, `speed` the log of its delay against the
    expected one, `expired` the share of asks without a label.
    """
    record = brain.pool_record(project, pool.pool)
    slow = (record.delay_s(pool.expected_delay_s) + 1.0) / (pool.expected_delay_s + 1.0)
    return {
        "agreement": round(brain.pool_rate(project, pool.pool), 6),
        "speed": round(math.log(slow), 6),
        "expired": round(record.expiry_share(), 6),
    }


def queue(capacity: Capacity, pool: Pool) -> float:
    """How busy a pool is: log of the minutes' worth of asks in flight, else of their number."""
    in_flight = capacity.in_flight(pool.pool)
    per_minute = capacity.per_s(pool) * 60.0
    waiting = in_flight / per_minute if 0.0 < per_minute < math.inf else float(in_flight)
    return round(math.log1p(waiting), 6)
