"""Precision of an estimate in rewards: rows of a plain mean with as wide an interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay.estimators.snips import Snips
from replay.intervals.normal import z

if TYPE_CHECKING:
    from replay.estimators.estimator import Estimator, LoggedMean
    from replay.stats.reward_scale import RewardScale

LEVEL = 0.95
"""Level of the interval whose width is judged, whatever was asked for."""


def precision(mean: LoggedMean, main: Estimator, scale: RewardScale | None) -> float | None:
    """Number of logged rewards whose mean has an interval as wide as the default estimator's.

    `mean` has the sums of the logged rewards, `main` those of the default estimator.
    It is (2 z σ / width)², with σ the standard deviation of the logged rewards: the same in any
    unit of the reward, wherever the estimate lies. `None` where rewards were not measured by a
    `scale`, where all are alike, where rows have clusters, whose number is judged, or where the
    estimator bounds its bias instead.
    """
    if scale is None or mean.groups.clustered or not isinstance(mean, Snips):
        return None
    logged = mean.unweighted()
    if logged.second <= 0 or main.own_interval:
        return None
    low, high, _ = main.interval(scale.logged_kind if main.as_logged else scale.kind, LEVEL)
    unit = abs(scale.unit) if main.as_logged else 1.0
    error = (high - low) / unit / (2 * z(LEVEL))
    return logged.second / logged.count / error**2 if error > 0 else None
