"""Carry-over in a switchback: whether the arm of the hour before changes what an hour shows.

Arms of the hours are drawn independently, so the arm of the hour before is a treatment of its own,
as random as the hour's: their difference is estimated in the same way, with the hour's own arm as a
covariate. Without carry-over it is 0. `settled` keeps the hours whose hour before had the same arm:
with a carry-over of one hour, these alone show what an arm does when it runs all the time.

Source: Bojinov, Simchi-Levi and Zhao (2023), Management Science 69(7), 3759-3777, section 4
(switchbacks with carry-over of order m; the hours that are settled are theirs for m = 1).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from bandit.experiment.assign import HOUR_S
from replay.experiment.arms.difference import difference

if TYPE_CHECKING:
    from replay.experiment.arms.difference import Effect, Looks
    from replay.experiment.arms.unit_sums import UnitSums
    from replay.numerics.arrays import Ints

NONE = -1
"""No arm: the hour before has no tasks."""


def arm_of_hours(units: UnitSums) -> dict[int, int]:
    """Return the arm of each hour: that of most tasks, for some are decided after their hour.

    Examples
    --------
    >>> from replay.experiment.arms.unit_sums import UnitSums
    >>> at, tasks = 3600.0 * np.array([5.0, 5.1, 6.0]), np.array([2.0, 30.0, 9.0])
    >>> arm_of_hours(UnitSums(np.array([1, 0, 1]), at, tasks, {}, np.zeros((3, 0))))
    {5: 0, 6: 1}
    """
    most: dict[int, tuple[float, int]] = {}
    hours = (units.at // HOUR_S).astype(np.int64).tolist()
    for hour, tasks, arm in zip(hours, units.tasks.tolist(), units.arm.tolist(), strict=True):
        most[hour] = max(most.get(hour, (0.0, NONE)), (tasks, arm))
    return {hour: arm for hour, (_, arm) in most.items()}


def arm_before(units: UnitSums) -> Ints:
    """Return the arm of the hour before each hour; `NONE` where that has no tasks.

    Examples
    --------
    >>> from replay.experiment.arms.unit_sums import UnitSums
    >>> at, ones = 3600.0 * np.array([0.0, 1.0, 3.0]), np.ones(3)
    >>> arm_before(UnitSums(np.array([1, 0, 0]), at, ones, {}, np.zeros((3, 0)))).tolist()
    [-1, 1, -1]
    """
    arms = arm_of_hours(units)
    hours = (units.at // HOUR_S).astype(np.int64).tolist()
    return np.array([arms.get(hour - 1, NONE) for hour in hours], dtype=np.int64)


def carry_over(units: UnitSums, metric: str, arms: tuple[int, int], looks: Looks) -> Effect | None:
    """Estimate what it changes that the hour before was of arm `arms[1]`, not of the control."""
    before = arm_before(units)
    known = np.isin(before, arms) & np.isin(units.arm, arms)
    hours = units.of(known)
    own = hours.tasks * (hours.arm == arms[1])
    covariates = np.column_stack([own, hours.covariates])
    return difference(replace(hours, arm=before[known], covariates=covariates), metric, arms, looks)


def settled(units: UnitSums) -> UnitSums:
    """Return the hours whose hour before had the same arm."""
    return units.of(arm_before(units) == units.arm)
