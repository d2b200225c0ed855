"""Simultaneous confidence levels of several targets, differences and slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.intervals.simultaneous import joint_level
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replay.aggregate.two_pass import LogSums
    from replay.estimators.estimator import Estimator
    from replay.numerics.arrays import Floats


class Levels(NamedTuple):
    """For each target, each difference, and each slice, so that all of a kind hold together."""

    targets: float
    differences: float
    slices: float


def family_level(level: float, few: int, many: int) -> float:
    """Level at which `few` of `many` targets hold, so that all do at `level` (Bonferroni).

    Examples
    --------
    >>> round(family_level(0.95, 1, 2), 3), family_level(0.95, 2, 2)
    (0.975, 0.95)
    """
    return level if few == many else 1 - (1 - level) * few / many


def joint_levels(log_sums: LogSums, level: float, *, limited: bool = False) -> Levels:
    """Find the levels; where sums by group were not asked for, they are all `level`.

    Where intervals are to hold for any number of rows (`limited`), no correlation is believed and
    the error is divided among them (Bonferroni).
    """
    if limited:
        m, k = len(log_sums.totals), sum(map(len, log_sums.slices.values()))
        return Levels(1 - (1 - level) / m, level, 1 - (1 - level) / max(k, 1))
    return Levels(
        _level([sums.estimators[-1] for sums in log_sums.totals], level),
        _level(log_sums.differences.values(), level),
        _level([sums.estimators[-1] for each in log_sums.slices.values() for sums in each], level),
    )


def _level(estimators: Iterable[Estimator], level: float) -> float:
    columns = [column for column in map(_influences, estimators) if column is not None]
    return joint_level(np.column_stack(columns), level) if len(columns) > 1 else level


def _influences(estimator: Estimator) -> Floats | None:
    """Influence of each group on an estimate, shape (GROUPS,); `None` where it isn't known."""
    evidence = estimator.evidence()
    if evidence is None or evidence.statistic is None or evidence.groups is None:
        return None
    used = evidence.groups
    if not len(used):
        return None
    _, gradient = evidence.statistic(used.sum(axis=0, keepdims=True))
    influences = np.zeros(GROUPS)
    influences[estimator.groups.sums[:, 0] > 0] = used @ gradient[0]
    return influences
