"""Sums of each randomization unit of a test: a task, a project, or an hour of a switchback.

The unit is what was assigned to an arm, so it is the unit of every variance (Kohavi, Tang and Xu
2020, Trustworthy Online Controlled Experiments, chapter 18).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from replay.numerics.arrays import Floats, Ints

    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MetricSums:
    """A metric summed over the tasks of each of U units: shape (U,).

    `certain` is the same without what gold corrects, `doubt` the variance of the corrections that
    the verdicts' confidences imply; `None` of metrics that gold doesn't correct.
    """

    total: Floats
    certain: Floats | None = None
    doubt: Floats | None = None

    def of(self, units: Bools | Ints | slice) -> MetricSums:
        """Return the sums of some units."""
        certain = None if self.certain is None else self.certain[units]
        doubt = None if self.doubt is None else self.doubt[units]
        return MetricSums(self.total[units], certain, doubt)


@dataclass(frozen=True, slots=True)
class UnitSums:
    """U units in the order of their first tasks.

    Attributes
    ----------
    arm, at, tasks
        Of each unit the number of its arm, when its first task came, and how many tasks it has:
        shape (U,).
    metrics
        Sums by the name of the metric.
    covariates
        Sums of what was known of the tasks before they were assigned, shape (U, p).
    """

    arm: Ints
    at: Floats
    tasks: Floats
    metrics: Mapping[str, MetricSums]
    covariates: Floats

    def __len__(self) -> int:
        """How many units there are."""
        return len(self.arm)

    def of(self, units: Bools | Ints | slice) -> UnitSums:
        """Return some of the units."""
        return UnitSums(
            self.arm[units],
            self.at[units],
            self.tasks[units],
            {name: sums.of(units) for name, sums in self.metrics.items()},
            self.covariates[units],
        )

    def assigned(self, arm: Ints) -> UnitSums:
        """Return the same units as if other arms had been drawn."""
        return replace(self, arm=arm)


def summed(
    unit: Ints,
    arm: Ints,
    at: Floats,
    metrics: Mapping[str, MetricSums],
    covariates: Floats,
) -> UnitSums:
    """Sum n tasks by their units; `unit` and all others have one row a task, shape (n, ...).

    Examples
    --------
    >>> cost = {"usd": MetricSums(np.array([0.25, 0.5, 1.0]))}
    >>> none = np.zeros((3, 0))
    >>> units = summed(np.array([7, 7, 3]), np.array([0, 0, 1]), np.arange(3.0), cost, none)
    >>> units.tasks.tolist(), units.metrics["usd"].total.tolist(), units.arm.tolist()
    ([2.0, 1.0], [0.75, 1.0], [0, 1])
    """
    order = np.argsort(at, kind="stable")
    _, first, index = np.unique(unit[order], return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    row = rank[index]
    first = np.sort(first)
    count = len(first)

    def by_unit(values: Floats) -> Floats:
        return np.bincount(row, weights=values[order], minlength=count).astype(np.float64)

    def sums(of: MetricSums) -> MetricSums:
        certain = None if of.certain is None else by_unit(of.certain)
        return MetricSums(
            by_unit(of.total), certain, None if of.doubt is None else by_unit(of.doubt)
        )

    columns = [by_unit(covariates[:, column]) for column in range(covariates.shape[1])]
    return UnitSums(
        arm[order][first],
        at[order][first],
        np.bincount(row, minlength=count).astype(np.float64),
        {name: sums(of) for name, of in metrics.items()},
        np.column_stack(columns) if columns else np.zeros((count, 0)),
    )
