"""Which arm a task belongs to: a keyed hash of its unit, the same on every machine and run.

The arm of a unit with key k is the one whose part of [0, 1) holds

    u(k) = BLAKE2b(k; key = BLAKE2b(name, salt)) / 2^64,

where the parts are the arms' shares in the order of the configuration. The key keeps the tests
apart: the arms of one say nothing of those of another, and `bandit.draw`, which draws the choices,
is independent of both.

Source: Saarinen and Aumasson (2015), RFC 7693, section 2.9 (keyed hashing); Kohavi, Tang and Xu
(2020), Trustworthy Online Controlled Experiments, chapter 4 (variant assignment by hash).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from bandit.experiment_settings import ExperimentSettings, Unit

HOUR_S = 3600.0


def unit_of(unit: Unit, task: str, project: str, arrived_at: float) -> str:
    """Return the key of a task's unit: its id, its project, or the hour in which it came.

    Examples
    --------
    >>> [unit_of(unit, "t1", "cats", 7300.0) for unit in ("task", "project", "hour")]
    ['t1', 'cats', '2']
    """
    if unit == "task":
        return task
    return project if unit == "project" else str(math.floor(arrived_at / HOUR_S))


def uniform(name: str, salt: str, unit: str) -> float:
    """Return a unit's number in [0, 1), determined by the test's name and salt and the unit's key.

    Examples
    --------
    >>> uniform("x", "", "t1") == uniform("x", "", "t1"), uniform("x", "", "t1") < 1.0
    (True, True)
    >>> uniform("x", "", "t1") == uniform("x", "again", "t1")
    False
    """
    key = blake2b(msgspec.json.encode((name, salt))).digest()
    digest = blake2b(unit.encode(), key=key, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def arm_of(experiment: ExperimentSettings, task: str, project: str, arrived_at: float) -> str:
    """Return the arm of a task that came at `arrived_at`, its `Task.at`.

    Examples
    --------
    >>> from bandit.experiment_settings import ArmSettings, ExperimentSettings
    >>> arms = {"old": ArmSettings(share=0.5), "new": ArmSettings(share=0.5)}
    >>> hours = ExperimentSettings(name="x", unit="hour", arms=arms)
    >>> arm_of(hours, "t1", "p", 7200.0) == arm_of(hours, "t2", "q", 10_799.0)
    True
    """
    key = unit_of(experiment.unit, task, project, arrived_at)
    names = list(experiment.arms)
    steps = list(accumulate(arm.share for arm in experiment.arms.values()))
    drawn = uniform(experiment.name, experiment.salt, key)
    return names[min(bisect_right(steps, drawn), len(names) - 1)]
