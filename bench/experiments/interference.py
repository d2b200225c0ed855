"""A scarce pool that both arms ask: a test by task is biased, a switchback by hour is not.

60 tasks come an hour, and specialists (right in .97) have time for 24 labels; who finds none free
is labeled by the crowd (.80). The control asks specialists about 30 % of its tasks, the new arm
about 90 %. Run for all tasks, the new arm gets 24 of 60 instead of 18, so the truth is
(24 − 18)/60 · .17 = 1.7 points. In a test by task the new arm takes the labels that the control
would have had, and shows about .17 (.9 − .3) · 24/36 = 6.8 points.

Source: Bojinov, Simchi-Levi and Zhao (2023), Management Science 69(7), 3759-3777 (switchbacks);
Blake and Coey (2014), EC (bias of user-level tests where units compete).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.experiments.designs import HOUR_S, as_log
from replay.experiment.arms.unit_sums import MetricSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from replay.experiment.tasks.arm_log import ArmLog
    from replay.numerics.arrays import Ints

TASKS_PER_HOUR, CAPACITY = 60.0, 24
RIGHT, RIGHT_CROWD = 0.97, 0.80
WANTED = np.array([0.3, 0.9])


def market_log(hours: int, seed: int, *, by_hour: bool) -> ArmLog:
    """Run the market with arms drawn by hour, or by task."""
    rng = np.random.default_rng([7, seed])
    count = rng.poisson(TASKS_PER_HOUR, size=hours)
    hour = np.repeat(np.arange(hours), count)
    drawn = rng.integers(0, 2, size=hours)[hour] if by_hour else rng.integers(0, 2, size=len(hour))
    return _log(hour, drawn, rng, by_hour=by_hour)


def true_effect(hours: int = 20_000) -> float:
    """What the new arm gains in accuracy when it decides about every task."""
    means = []
    for arm in (0, 1):
        rng = np.random.default_rng(11)
        hour = np.repeat(np.arange(hours), rng.poisson(TASKS_PER_HOUR, size=hours))
        served = _served(hour, np.full(len(hour), arm), rng)
        means.append(float(np.where(served, RIGHT, RIGHT_CROWD).mean()))
    return means[1] - means[0]


def _served(hour: Ints, arm: Ints, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whether each task gets a specialist: first come, first served in each hour."""
    wants = rng.random(len(hour)) < WANTED[arm]
    asked = np.cumsum(wants)
    first = np.searchsorted(hour, np.arange(int(hour[-1]) + 1))
    before = np.concatenate([[0], asked])[first]
    served: NDArray[np.bool_] = wants & (asked - before[hour] <= CAPACITY)
    return served


def _log(hour: Ints, arm: Ints, rng: np.random.Generator, *, by_hour: bool) -> ArmLog:
    served = _served(hour, arm, rng)
    right = rng.random(len(hour)) < np.where(served, RIGHT, RIGHT_CROWD)
    place = np.arange(len(hour)) / len(hour)
    at = (hour + place) * HOUR_S
    metrics = {"accuracy": MetricSums(right.astype(np.float64))}
    unit = hour if by_hour else np.arange(len(hour))
    return as_log(arm, unit, at, metrics, np.zeros((len(hour), 0)), 0)
