"""Fold whole tasks of our own log into the sums of every estimator, step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from replay.diagnostics import WeightSums
from replay.estimators.dm import Dm
from replay.estimators.dr import Dr
from replay.estimators.gains import DrGain
from replay.estimators.ips import Ips
from replay.estimators.snips import Snips
from replay.estimators.stepwise import StepwiseSnips
from replay.fold import Fold, Sums
from replay.models.tabular import Tabular
from replay.own.ledger import scored_tasks
from replay.own.trajectory import masked
from replay.own.weighed_task import weigh

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from replay.own.accounts import Accounts
    from replay.own.trajectory import Trajectory
    from replay.own.weighed_task import WeighedTask
    from replay.scored import Scored
    from replay.tables.rows import Floats
    from replay.target import Target

TASKS_AT_ONCE = 1_024
"""Tasks handled at once: arrays stay small and numpy is still worth its calls."""


def fold_tasks(
    tasks: Iterable[Trajectory],
    actions: Sequence[str],
    horizon: int,
    target: Target,
    accounts: Accounts,
) -> Fold:
    """Sum up tasks in the order of their first decisions.

    Parameters
    ----------
    tasks
        Finished tasks.
    actions
        Everything that was eligible anywhere.
    horizon
        Most decisions about one task.
    target
        What is asked.
    accounts
        Where what the target earns more is written, in parts and slices.
    """
    model = Tabular(actions)
    sums = Sums(WeightSums(), Snips(), (Ips(), StepwiseSnips(), Dm(), Dr()), DrGain())
    for piece in _pieces(tasks, model):
        pmfs = [[masked(target, step.logged) for step in task.steps] for task in piece]
        weighed = [weigh(task, pmf, model) for task, pmf in zip(piece, pmfs, strict=True)]
        if target.kind == "logging":  # what was logged is known: no model is asked
            weighed = [replace(one, scores=one.earned) for one in weighed]
        sums = sums.receive(_scored(weighed, accounts.price, horizon, fitted=model.fitted))
        accounts.receive(piece, weighed)
        for task, pmf in zip(piece, pmfs, strict=True):
            model.learn(task, pmf)
    if target.kind == "logging":
        sums = replace(sums, estimators=sums.estimators[:2])
    return Fold("task", "real", sums)


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


def _scored(weighed: Sequence[WeighedTask], price: Floats, horizon: int, *, fitted: bool) -> Scored:
    n = len(weighed)
    stepwise = np.zeros((n, 2, horizon))
    for row, one in zip(stepwise, weighed, strict=True):
        steps = len(one.rho)
        row[0, :steps], row[1, :steps] = one.terms @ price, one.rho
        row[1, steps:] = one.rho[-1]
    return replace(
        scored_tasks(weighed, price),
        fitted=np.full(n, float(fitted)),
        stepped=stepwise[:, 0].sum(axis=1),
        stepwise=stepwise.reshape(n, 2 * horizon),
    )
