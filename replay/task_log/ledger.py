"""Sums over tasks of a target's gain over what was logged, by component.

A task's gain is its doubly robust score under the target less what was logged of it: paired, so
what both have in common drops out. All parts go through the same weights and the same model, which
are linear in them, so their sums are the sums of the whole.

What gold corrects has the larger of two variances, as DR has (part 5 of our statistics): the one
seen, and that of the proxy plus mean (ρ_T − 1)² p(1 − p)/ρ, which believes the confidences p. For
where wrong answers are rare, few or none of the audited are, and those seen say too little.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from replay.intervals.evidence import Evidence
from replay.numerics.fieldwise_sum import FieldwiseSum, kept, merged
from replay.numerics.moments import Moments
from replay.stats.effective_size import effective_sample_size
from replay.stats.weight_stats import WeightSums
from replay.stats.weighted_rows import Scored
from replay.task_log.components import PARTS, combinations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from replay.numerics.arrays import Floats
    from replay.task_log.trajectory import Trajectory
    from replay.task_log.weighed_task import WeighedTask


UNCORRECTED = {
    "correction": ("recalibration", 0),
    "accuracy": ("proxy", 0),
    "correction_usd": ("recalibration_usd", 1),
    "accuracy_usd": ("proxy_usd", 1),
    "value_usd": ("proxy_value_usd", 1),
    "net_usd": ("proxy_net_usd", 1),
}
"""Of what gold corrects: the same without it, and whether it is of right answers or of dollars."""


@dataclass(frozen=True, slots=True, eq=False)
class AuditSums(FieldwiseSum):
    """Of audited tasks: how many were drawn, had gold, and had gold of a price not logged.

    `weight` and `weight_squared` are of those with gold, as the target would treat them. `spread`
    is Σ (ρ_T − 1)² of all tasks; `known`, shape (3,), has Σ 1/ρ of those with gold, of those of
    them whose answer was right, and Σ (gold − proxy)²/ρ².
    """

    drawn: int = 0
    gold: int = 0
    unpriced: int = 0
    weight: float = 0.0
    weight_squared: float = 0.0
    spread: float = 0.0
    known: Floats = field(default_factory=lambda: np.zeros(3))

    def receive(self, tasks: Sequence[Trajectory], weight: Floats) -> AuditSums:
        """Add tasks with their weights, shape (n,)."""
        gold = [at for at, task in enumerate(tasks) if task.gold]
        of_gold = weight[gold]
        inverse = np.array([1.0 / tasks[at].chance for at in gold])
        right = np.array([float(tasks[at].right) for at in gold])
        missed = np.array([tasks[at].missed for at in gold])
        known = np.stack([np.ones(len(gold)), right, missed**2 * inverse]) @ inverse
        return self + AuditSums(
            drawn=sum(task.audited for task in tasks),
            gold=len(of_gold),
            unpriced=sum(task.audit_usd is None for task in tasks),
            weight=float(of_gold.sum()),
            weight_squared=float(of_gold @ of_gold),
            spread=float(((weight - 1.0) ** 2).sum()),
            known=known,
        )

    def alone(self, certain: float, tasks: int) -> float | None:
        """Return how many audits without a proxy are as precise as these, on the gain in accuracy.

        m of them, drawn evenly, give it as the mean of (ρ_T − 1) audited n/m · (gold − share
        right). `certain` is the variance of the gain in the proxy, over n tasks.
        """
        inverse, right, missed = self.known
        if not inverse or not self.spread:
            return None
        share, square = right / inverse, self.spread / tasks
        used = certain + square * missed / inverse**2
        return float(square * share * (1.0 - share) / used) if used else None

    def effective(self) -> float:
        """Effective sample of gold about the target (Kish 1965, Survey Sampling, section 11.7)."""
        return effective_sample_size(self.weight, self.weight_squared)


def _by_name(a: Mapping[str, Moments], b: Mapping[str, Moments]) -> Mapping[str, Moments]:
    none = Moments()
    return {name: a.get(name, none) + b.get(name, none) for name in a.keys() | b.keys()}


@dataclass(frozen=True, slots=True, eq=False)
class Ledger(FieldwiseSum):
    """Sums of one target over some tasks.

    Attributes
    ----------
    price
        What one of each part adds to the value, shape (PARTS,).
    audit_usd
        Price of an audit where the log has none.
    weights
        Of the diagnostics.
    earned
        What was logged and, last, what audits cost: sums, shape (PARTS + 1,).
    gains
        What the target earns more, by the names of `combinations`.
    audits
        How much gold there is.
    doubt
        Σ (ρ_T − 1)² p(1 − p)/ρ, of right answers and of dollars, shape (2,).
    """

    price: Floats = field(metadata=merged(kept))
    audit_usd: float = field(default=0.0, metadata=merged(kept))
    weights: WeightSums = field(default_factory=WeightSums)
    earned: Floats = field(default_factory=lambda: np.zeros(PARTS + 1))
    gains: Mapping[str, Moments] = field(default_factory=dict, metadata=merged(_by_name))
    audits: AuditSums = field(default_factory=AuditSums)
    doubt: Floats = field(default_factory=lambda: np.zeros(2))

    def receive(self, tasks: Sequence[Trajectory], weighed: Sequence[WeighedTask]) -> Ledger:
        """Add tasks."""
        if not tasks:
            return self
        scored = scored_tasks(weighed, self.price)
        earned = np.array([task.earned for task in weighed])
        paid = np.array(
            [self.audit_usd if task.audit_usd is None else task.audit_usd for task in tasks]
        )
        doubt = (scored.weight - 1.0) ** 2 * np.array([task.doubt for task in tasks])
        worth = np.array([task.worth_usd for task in tasks])
        away = np.column_stack([np.array([task.scores for task in weighed]) - earned, paid])
        return self + Ledger(
            price=self.price,
            audit_usd=self.audit_usd,
            weights=WeightSums().receive(scored),
            earned=np.append(earned.sum(axis=0), paid.sum()),
            gains={
                name: Moments().receive(away @ weights)
                for name, weights in combinations(self.price).items()
            },
            audits=AuditSums().receive(tasks, scored.weight),
            doubt=np.array([doubt.sum(), doubt @ worth**2]),
        )

    def logged(self, name: str) -> float:
        """Mean of a combination over the log."""
        sums: Floats = self.earned @ combinations(self.price)[name]
        return float(sums) / self.weights.rows

    def gain(self, name: str) -> Evidence | None:
        """What the target has more of a combination, on average; `None` below two tasks."""
        moments = self.gains.get(name, Moments())
        n = moments.count
        if n < 2:
            return None
        seen = variance = moments.second / (n - 1) / n
        if name in UNCORRECTED:
            twin, unit = UNCORRECTED[name]
            certain = self.gains[twin].second / (n - 1) / n
            variance = max(seen, certain + float(self.doubt[unit]) / n**2)
        freedom, skewness = moments.degrees_of_freedom(), moments.skewness() / n**0.5
        return Evidence(moments.mean, variance, seen, n, freedom=freedom, skewness=skewness)


def scored_tasks(weighed: Sequence[WeighedTask], price: Floats) -> Scored:
    """Whole tasks as rows to be summed, valued at `price`, without their steps."""
    n = len(weighed)
    direct = np.array([task.direct for task in weighed]) @ price
    none = np.zeros((n, 0))
    return Scored(
        weight=np.array([task.rho[-1] for task in weighed]),
        reward=np.array([task.earned for task in weighed]) @ price,
        direct=direct,
        predicted=direct,
        noise=none,
        spread=none,
        fitted=np.zeros(n),
        unsupported=np.array([float(task.unsupported) for task in weighed]),
        chi=np.array([task.square for task in weighed]),
        doubly=np.array([task.scores for task in weighed]) @ price,
    )
