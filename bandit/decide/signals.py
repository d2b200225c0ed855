"""Context features beside the task's own: the task's progress, the hour, and signals of each pool.

They can't be computed again later, so each is logged with the decision. Names of poolwise's own
features begin with `poolwise.`; a task's feature of such a name is overwritten.
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

FEATURES_VERSION = 2
"""Raise it when the meaning of a feature changes: models must not mix the two.

2: vectors, and texts of more than 64 characters as vectors of their words, under names of their
own; numbers and short texts mean what they did in 1.
"""


def system_features(at: float, labels: int, lead: str, confidence: float) -> dict[str, Feature]:
    """Return the task's progress, and the hour of the day (UTC) as a point on the unit circle.

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
    """Return sine and cosine of the hour; cached, since the time changes only at ticks."""
    turn = 2.0 * math.pi * (at % DAY_S) / DAY_S
    return round(math.sin(turn), 6), round(math.cos(turn), 6)


def pool_signals(brain: Brain, pool: Pool, project: str) -> dict[str, float]:
    """Return how a pool did on its recent asks in this project.

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


def queue_signal(capacity: Capacity, pool: Pool) -> float:
    """Return how busy a pool is: log(1 + asks in flight, in minutes of its capacity).

    Of a pool without a capacity, or closed, log(1 + their number).
    """
    in_flight = capacity.in_flight(pool.pool)
    if pool.capacity_per_hour is None:
        return _log_of(float(in_flight))
    per_minute = capacity.per_s(pool) * 60.0
    waiting = in_flight / per_minute if 0.0 < per_minute < math.inf else float(in_flight)
    return _log_of(waiting)


@lru_cache(maxsize=4096)
def _log_of(waiting: float) -> float:
    """Return log(1 + what waits); cached, since one pool is asked at a time."""
    return round(math.log1p(waiting), 6)
