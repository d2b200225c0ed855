"""Sums within 4,096 groups of clusters, for cluster-robust variances and bootstraps.

A cluster (a task) is hashed into one group, so groups are independent where clusters are, and
memory stays flat however many there are. Rows that need no cluster are dealt out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import or_
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from replay.numerics.fieldwise_sum import FieldwiseSum, merged, unless_empty
from replay.stats.cluster_freedom import cluster_variance, effective_clusters
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from replay.numerics.arrays import Floats, Ints


class Grouped(Protocol):
    """n rows and the group of each, shape (n,); `None` if groups were not asked for."""

    @property
    def group(self) -> Ints | None:
        """A number in 0..4095, that rows of one cluster share."""

    @property
    def clustered(self) -> bool:
        """Whether rows of a group may be correlated."""


class Inflated(NamedTuple):
    """Variances with clusters, and their degrees of freedom; `None` where rows are independent."""

    seen: float
    variance: float
    freedom: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Groups(FieldwiseSum):
    """Sums over the rows of each group.

    `sums`, shape (GROUPS, p + 1), counts the rows of each group and sums p columns; it is empty
    where no groups were asked for. `clustered` says that rows of a group may be correlated.
    """

    sums: Floats = field(default_factory=lambda: np.zeros((0, 0)), metadata=merged(unless_empty(0)))
    clustered: bool = field(default=False, metadata=merged(or_))

    def receive(self, rows: Grouped, *columns: Floats) -> Groups:
        """Add rows with p columns, shape (n,) each; nothing is kept where they have no group."""
        group = rows.group
        if group is None:
            return self
        counts = np.bincount(group, minlength=GROUPS).astype(np.float64)
        sums = [np.bincount(group, weights=column, minlength=GROUPS) for column in columns]
        return self + Groups(np.column_stack([counts, *sums]), rows.clustered)

    def used(self) -> Floats:
        """Sums of those groups that have rows, shape (g, p + 1); g may be 0."""
        return self.sums[self.sums[:, 0] > 0] if len(self.sums) else self.sums

    def effective_clusters(self) -> float | None:
        """Effective number of clusters, by their sizes; `None` where rows have no clusters.

        Clusters that share a group count as one: of a thousand and more that changes nothing.
        """
        if not self.clustered:
            return None
        return effective_clusters(self.used()[:, 0])

    def inflate(self, seen: float, variance: float, gradient: Floats) -> Inflated:
        """Return both variances as correlated rows make them, never smaller.

        `seen` is a variance of independent rows; `variance` grows as `seen` does (the design
        effect, Kish 1965, Survey Sampling, section 5.4). `gradient`, shape (p + 1,), gives the
        influence of a group by (1, columns): `gradient` · sums.

        Source: the cluster-robust variance, Liang and Zeger (1986), Biometrika 73(1), 13-22.
        """
        if not self.clustered:
            return Inflated(seen, variance, None)
        used = self.used()
        between = cluster_variance(used[:, 0], used @ gradient)
        if between is None:
            return Inflated(seen, variance, 0.0)
        effect = max(between.variance / seen, 1.0) if seen > 0 else 1.0
        return Inflated(seen * effect, variance * effect, between.freedom)

    def skewness(self, gradient: Floats, independent: float) -> float:
        """Skewness of a mean over rows, from groups' influences where rows are clustered.

        `independent` is that of independent rows, Σ x³ / (Σ x²)^1.5 of their influences x.
        """
        used = self.used() if self.clustered else self.sums[:0]
        if len(used) < 2:
            return independent
        influence = used @ gradient
        influence = influence - used[:, 0] * (influence.sum() / used[:, 0].sum())
        second = float((influence**2).sum())
        return float((influence**3).sum() / second**1.5) if second > 0 else 0.0
