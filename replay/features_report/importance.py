"""What a model loses without a feature, and what the feature tells alone: out of sample.

With L the mean squared error of a model of all columns, L_0 of one of those that are always there
(the pools), L_-j without feature j and L_j with feature j alone,

    lost_j = (L_-j - L) / (L_0 - L),   alone_j = (L_0 - L_j) / (L_0 - L)

as shares of what all features together tell. A feature that others repeat loses nothing and tells
something alone; a useless one does neither. Intervals are Student's over stretches of the log, all
of them together at the level; the models themselves are taken as given.

References
----------
Lei, G'Sell, Rinaldo, Tibshirani and Wasserman (2018), Distribution-free predictive inference for
regression, JASA 113(523), 1094-1111, section 6 (leave one covariate out).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import stdtrit

from replay.features_report.crossfit import Crossfit
from replay.intervals.simultaneous import joint_level
from replay.numerics.amount import Amount

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats

STRETCHES = 40
"""Stretches of the log whose means make an interval."""
LEVEL = 0.95
LEAST_ROWS = 200


class Importance(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of what all features tell: `lost` without this one, told by it `alone`."""

    lost: Amount
    alone: Amount


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How much a model's squared error falls by all features, and its rows.

    `error` is that without features; `told` is what they take off. Where the interval of `told`
    includes 0, features tell nothing that could be shared out, and there are no importances.
    """

    rows: int
    tasks: int
    error: float
    told: Amount

    @property
    def tells(self) -> bool:
        """Whether the features tell anything for sure."""
        return self.told.low > 0.0


def importances(
    fixed: Floats,
    groups: Mapping[str, Floats],
    targets: Floats,
    tasks: NDArray[np.int64],
    tell: Callable[[int], None],
) -> tuple[ModelFigures | None, dict[str, Importance]]:
    """Return the figures of a model, and the importance of each group of columns.

    `None` where there are too few rows, or nothing to tell.
    """
    rows, count = len(targets), len(np.unique(tasks))
    if count < LEAST_ROWS or not groups or (targets == targets[0]).all():
        return None, {}
    columns = np.column_stack([fixed, *groups.values()])
    owner = np.repeat(
        np.arange(len(groups) + 1), [fixed.shape[1], *(c.shape[1] for c in groups.values())]
    )
    fit = Crossfit(columns, targets, tasks)
    stretches = _stretches(tasks)
    whole = stretches(fit.errors(np.arange(len(owner))))
    least = stretches(fit.errors(np.flatnonzero(owner == 0)))
    told = least - whole
    gain = _interval(told[:, None], LEVEL)[0]
    model = ModelFigures(rows=rows, tasks=count, error=float(least.mean()), told=gain)
    if not model.tells:
        return model, {}
    shares = []
    for number in range(1, len(groups) + 1):
        without = stretches(fit.errors(np.flatnonzero(owner != number)))
        alone = stretches(fit.errors(np.flatnonzero((owner == 0) | (owner == number))))
        for part in (without - whole, least - alone):
            ratio = part.mean() / told.mean()
            shares.append((ratio, (part - ratio * told) / told.mean()))
        tell(1)
    influences = np.column_stack([influence for _, influence in shares])
    ranges = _interval(influences, joint_level(influences, LEVEL))
    amounts = [
        Amount(float(ratio), float(ratio + one.low), float(ratio + one.high))
        for (ratio, _), one in zip(shares, ranges, strict=True)
    ]
    pairs = zip(groups, amounts[::2], amounts[1::2], strict=True)
    return model, {name: Importance(lost=lost, alone=alone) for name, lost, alone in pairs}


def _stretches(tasks: NDArray[np.int64]) -> Callable[[Floats], Floats]:
    """Return what sums rows up by stretch, as means per row of equally many tasks."""
    ranks = np.unique(tasks, return_inverse=True)[1]
    stretch = ranks * STRETCHES // (int(ranks.max()) + 1)
    mean_rows = len(tasks) / STRETCHES
    return lambda errors: np.bincount(stretch, errors, STRETCHES) / mean_rows


def _interval(values: Floats, level: float) -> list[Amount]:
    """Return Student's intervals of the means of columns."""
    g = len(values)
    half = stdtrit(g - 1, 0.5 + level / 2) * values.std(axis=0, ddof=1) / g**0.5
    return [
        Amount(float(mean), float(mean - h), float(mean + h))
        for mean, h in zip(values.mean(axis=0), half, strict=True)
    ]
