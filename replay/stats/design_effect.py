"""Design effect (Kish 1965) of a column: whether rows with the same value are correlated.

The design effect of a column is the variance of the mean score with its values as clusters over
that of independent rows. With x the centred scores and S_g their sums by group,

    D = Σ S_g² / (1 − p_g) / Σ x²,  p_g the group's share of the rows.

Where rows are independent, D − 1 is a sum of products of different rows of a group, so its variance
is 2 (Σ p_g² − 1/n) whatever the tails of x are. D is compared with χ²_ν / ν of the same mean and
variance. Values are hashed into 4,096 groups; those that share a group add no correlation.

Scores are those of the default estimator, so what counts is what makes its interval too narrow.

Source: Kish (1965), Survey Sampling, section 5.4; the moments: Satterthwaite (1946), Biometrics
Bulletin 2(6), 110-114.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from operator import or_
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import gammaincc

from replay.numerics.fieldwise_sum import FieldwiseSum, merged, unless_empty
from replay.numerics.hashed_uniform import mixed
from replay.numerics.moments import Moments
from replay.stats.cluster_freedom import degrees_of_freedom
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from replay.numerics.arrays import Floats
    from replay.stats.weighted_rows import Scored
    from replay.tables.repeated_ids import PossibleId

TREATED = (0.05, 1e-4)
"""Chances of such a design effect by luck below which the column's values are taken as clusters;
the first for ids, for a cluster too many costs little and one too few breaks the interval."""

REPORTED = 1e-4
"""Below this the verdict is weak; above, clusters are only mentioned. Without any correlation it is
weak in 0 to .3 % of 4,000 logs (500 rows; normal, exponential and log-normal scores; 5 to 167
users), and 4 to 6 % are below .05. Rare heavy scores break the approximation: where 2 % are above
0, some twenty times as large, .5 % are weak, and 1.7 % of logs of 3,000 rows of 1,000 users."""

LEAST_EFFECT = 1.05
"""Below this, intervals are less than 2.5 % too narrow."""

FEW_CLUSTERS = 5.0
"""Effective number of values of an id below which no effect can be ruled out: that of two users of
250 rows with an intraclass correlation of .3 is not significant in .18 of the logs (computed from
χ² with one degree of freedom)."""


class DesignEffect(NamedTuple):
    """Of the values of a column: the effect, and the chance of one as large by luck.

    `treated` says whether they are taken as clusters.
    """

    column: str
    effect: float
    p_value: float
    treated: bool

    @property
    def significant(self) -> bool:
        """Whether rows are seen to be correlated, and are not only too few values to tell."""
        return self.p_value < TREATED[0]


class _Tested(NamedTuple):
    """Design effect, its p-value, number of groups, and effective number of groups."""

    effect: float
    p_value: float
    values: int
    effective: float


@dataclass(frozen=True, slots=True, eq=False)
class IdSums(FieldwiseSum):
    """Moments of all scores; rows and sums of scores by group of c columns, (c, GROUPS, 2).

    Of clustered rows they are `crossed`: (2c + 1, GROUPS, 2), by each column, by each together with
    the clusters, and by the clusters alone.
    """

    scores: Moments = field(default_factory=Moments)
    groups: Floats = field(
        default_factory=lambda: np.zeros((0, GROUPS, 2)), metadata=merged(unless_empty(0))
    )
    crossed: bool = field(default=False, metadata=merged(or_))

    def receive(self, scored: Scored) -> IdSums:
        """Add rows; nothing is kept where no column is looked at."""
        if scored.ids is None or not len(scored):
            return self
        scores, columns = scored.scores, list(scored.ids.T)
        clusters = scored.group if scored.clustered else None
        if clusters is not None:
            both = [clusters * GROUPS + ids for ids in columns]
            columns += [(mixed(pair.astype(np.uint64)) % GROUPS).astype(np.int64) for pair in both]
            columns.append(clusters)
        groups = np.empty((len(columns), GROUPS, 2))
        for sums, ids in zip(groups, columns, strict=True):
            sums[:, 0] = np.bincount(ids, minlength=GROUPS)
            sums[:, 1] = np.bincount(ids, weights=scores, minlength=GROUPS)
        return self + IdSums(Moments().receive(scores), groups, clusters is not None)

    def tested(self, at: int) -> _Tested:
        """Test a column.

        The effect is 1, with a p-value of 1, where values hardly repeat or nothing varies.
        """
        n, second = self.scores.count, self.scores.second
        used = self.groups[at][self.groups[at][:, 0] > 0]
        rows, sums = used.T
        varied = 0 < second < math.inf
        if len(used) < 2 or not varied or (rows * (rows - 1)).sum() < n:
            return _Tested(1.0, 1.0, len(used), math.inf)
        away = sums - rows * self.scores.mean
        effect = float((away**2 / (1.0 - rows / n)).sum()) * (n - 1) / n / second
        clusters = degrees_of_freedom(rows)
        freedom = 1.0 / (1.0 / clusters - 1.0 / n)
        p_value = float(gammaincc(freedom / 2, freedom * effect / 2))
        return _Tested(effect, p_value, len(used), clusters + 1.0)


def largest_effect(every: Iterable[IdSums], possible: Sequence[PossibleId]) -> DesignEffect | None:
    """Return the largest design effect that is treated; else the largest, of ids.

    Parameters
    ----------
    every
        Sums of each target.
    possible
        The columns that were looked at.
    """
    effects = []
    for sums in every:
        for at in range(len(sums.groups)):
            effect, p_value, values, effective = sums.tested(at)
            column, least, is_id = possible[at]
            if values < least:
                continue
            treated = effect > LEAST_EFFECT and p_value < TREATED[0 if is_id else 1]
            treated = treated or (is_id and effective < FEW_CLUSTERS)
            if is_id or treated:
                effects.append(DesignEffect(column, effect, p_value, treated))
    return max(effects, key=lambda effect: (effect.treated, effect.effect), default=None)
