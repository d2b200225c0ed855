"""Sums of whole tasks for every estimator, under every target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from replay.aggregate.target_stats import TargetSums
from replay.aggregate.two_pass import LogSums
from replay.estimators.dm import Dm
from replay.estimators.dr import Dr
from replay.estimators.gains import DrGain
from replay.estimators.ips import Ips
from replay.estimators.snips import Snips
from replay.estimators.stepwise import StepwiseSnips
from replay.stats.timeline import Timeline
from replay.stats.weight_stats import WeightSums
from replay.tables.values.clusters import GROUPS
from replay.targets.paired import paired
from replay.task_log.audited import AuditedDm, AuditedEstimator, AuditedMean
from replay.task_log.components import PARTS, combinations
from replay.task_log.difference import difference
from replay.task_log.fitted_q import Tabular
from replay.task_log.ledger import scored_tasks
from replay.task_log.trajectory import masked
from replay.task_log.weighed_task import weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from replay.estimators.estimator import Estimator
    from replay.numerics.arrays import Floats, Ints
    from replay.stats.weighted_rows import Scored
    from replay.targets.target import TargetPolicy
    from replay.task_log.accounts import Accounts
    from replay.task_log.trajectory import Trajectory
    from replay.task_log.weighed_task import WeighedTask

TASKS_AT_ONCE = 1_024
"""Tasks handled at once: arrays stay small and numpy is still worth its calls."""


@dataclass(slots=True)
class _Side:
    """One target, with the model that tasks are judged by and the sums they are added to."""

    target: TargetPolicy
    model: Tabular
    accounts: Accounts
    sums: TargetSums

    def receive(
        self, tasks: Sequence[Trajectory], horizon: int, index: Ints, group: Ints | None
    ) -> Scored:
        """Add n tasks; return them scored."""
        pmfs = [[masked(self.target, step.logged) for step in task.steps] for task in tasks]
        weighed = [weigh(task, pmf, self.model) for task, pmf in zip(tasks, pmfs, strict=True)]
        if self.target.kind == "logging":  # what was logged is known: no model is asked
            weighed = [replace(task, scores=task.earned) for task in weighed]
        price = self.accounts.price
        fitted = self.model.fitted
        scored, certain = (
            _scored(weighed, each, horizon, fitted=fitted, index=index, group=group)
            for each in (price, combinations(price)["proxy_value_usd"][:PARTS])
        )
        doubt = np.array([task.doubt * task.worth_usd**2 for task in tasks])
        scored = replace(scored, certain=certain, doubt=doubt)
        self.sums = self.sums.receive(scored)
        self.accounts.receive(tasks, weighed)
        for task, pmf in zip(tasks, pmfs, strict=True):
            self.model.learn(task, pmf)
        return scored

    def total(self) -> TargetSums:
        """Return the sums; of what was logged no model says anything."""
        if self.target.kind != "logging":
            return self.sums
        return replace(self.sums, estimators=self.sums.estimators[:2])


def sum_tasks(
    tasks: Iterable[Trajectory],
    actions: Sequence[str],
    horizon: int,
    targets: Sequence[TargetPolicy],
    accounts: Sequence[Accounts],
    *,
    length: int,
    grouped: bool = False,
) -> LogSums:
    """Sum up tasks under each target, in the order of their first decisions.

    Parameters
    ----------
    tasks
        Finished tasks.
    actions
        Everything that was eligible anywhere.
    horizon
        Most decisions about one task.
    targets
        What is asked; differences are from the first.
    accounts
        For each target, where what it earns more is written, in parts and slices.
    length
        How many tasks there are, for how they go over the length of the log.
    grouped
        Whether sums by group of tasks are wanted, for bootstraps and joint intervals.
    """
    sides = [
        _Side(target, Tabular(actions), each, _empty(length))
        for target, each in zip(targets, accounts, strict=True)
    ]
    differences: dict[int, Estimator] = {at: AuditedEstimator.of(Dr()) for at in paired(targets)}
    first = 0
    for piece in _pieces(tasks, sides[0].model):  # every model has seen the same tasks
        index = np.arange(first, first + len(piece))
        group = index % GROUPS if grouped else None
        first += len(piece)
        each = [side.receive(piece, horizon, index, group) for side in sides]
        for at, sums in differences.items():
            differences[at] = sums.receive(difference(each[at], each[0]))
    return LogSums(tuple(side.total() for side in sides), differences)


def _empty(length: int) -> TargetSums:
    return TargetSums(
        WeightSums(),
        AuditedMean.of(Snips()),
        (
            AuditedEstimator.of(Ips()),
            AuditedEstimator.of(StepwiseSnips()),
            AuditedDm.of(Dm()),
            AuditedEstimator.of(Dr()),
        ),
        AuditedEstimator.of(DrGain(), origin=1.0),
        timeline=Timeline(length),
    )


def _pieces(tasks: Iterable[Trajectory], model: Tabular) -> Iterator[list[Trajectory]]:
    """Group tasks so that a group is judged by one table."""
    piece: list[Trajectory] = []
    for task in tasks:
        piece.append(task)
        if len(piece) >= min(TASKS_AT_ONCE, model.next_fit - model.tasks):
            yield piece
            piece = []
    if piece:
        yield piece


def _scored(
    weighed: Sequence[WeighedTask],
    price: Floats,
    horizon: int,
    *,
    fitted: bool,
    index: Ints,
    group: Ints | None,
) -> Scored:
    n = len(weighed)
    stepwise = np.zeros((n, 2, horizon))
    for row, task in zip(stepwise, weighed, strict=True):
        steps = len(task.rho)
        row[0, :steps], row[1, :steps] = task.terms @ price, task.rho
        row[1, steps:] = task.rho[-1]
    return replace(
        scored_tasks(weighed, price),
        fitted=np.full(n, float(fitted)),
        index=index,
        group=group,
        stepped=stepwise[:, 0].sum(axis=1),
        stepwise=stepwise.reshape(n, 2 * horizon),
    )
