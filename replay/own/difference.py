"""What one target earns more than another, task by task: what both have in common drops out.

A task's difference is that of its two doubly robust scores. Its variance is the larger of the one
seen and the one that believes the confidences p, as that of a gain over the log (`ledger.py`): the
variance without what gold corrects, plus mean (ρ_T − ρ'_T)² p(1 − p)/ρ.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from replay.estimators.dr import Dr
from replay.intervals.choose import default
from replay.moments import Moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.groups import Groups
    from replay.intervals.evidence import Evidence, Rule
    from replay.intervals.interval import Interval
    from replay.own.trajectory import Trajectory
    from replay.scored import Scored
    from replay.tables.rows import Floats


@dataclass(frozen=True, slots=True, eq=False)
class TaskDifference:
    """Sums over tasks of one target's scores less another's.

    `scores` are of all, `uncorrected` without what gold corrects; `doubt` is
    Σ (ρ_T − ρ'_T)² p(1 − p)/ρ in squared dollars.
    """

    scores: Dr = field(default_factory=Dr)
    uncorrected: Moments = field(default_factory=Moments)
    doubt: float = 0.0

    def receive(
        self, tasks: Sequence[Trajectory], one: Scored, other: Scored, uncorrected: Floats
    ) -> TaskDifference:
        """Add n tasks scored under both; `uncorrected`, shape (n,), differs without gold."""
        away = replace(
            one,
            weight=one.weight - other.weight,
            direct=one.direct - other.direct,
            doubly=one.scores - other.scores,
        )
        doubt = np.array([task.doubt * task.worth_usd**2 for task in tasks])
        return self + TaskDifference(
            Dr().receive(away),
            Moments().receive(uncorrected),
            float(away.weight**2 @ doubt),
        )

    def __add__(self, other: TaskDifference) -> TaskDifference:
        return TaskDifference(
            self.scores + other.scores,
            self.uncorrected + other.uncorrected,
            self.doubt + other.doubt,
        )

    @property
    def groups(self) -> Groups:
        """Sums of the scores by group of tasks."""
        return self.scores.groups

    def value(self) -> float | None:
        return self.scores.value()

    def evidence(self) -> Evidence | None:
        found = self.scores.evidence()
        if found is None:
            return None
        n = self.uncorrected.count
        believed = self.uncorrected.second / (n - 1) / n + self.doubt / n**2
        return replace(found, variance=max(found.variance, believed))

    def interval(self, kind: str, level: float, rule: Rule = default) -> Interval:
        return rule(self.evidence(), kind, level)
