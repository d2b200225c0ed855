"""Evaluation of the choice of pool alone, for logs without propensities of stopping.

Where no stop was ever logged, ask 2 exists only where the logging policy was unsure, so nothing
can be said about tasks. What is left: at the states that it visited, which pool should have been
asked? A row is an ask, its reward the logged scalar, its pmf the pools' (given not to stop).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from bandit.errors import MissingInput
from bandit.events import NO_ASK, STOP
from bandit.pmf import lowered_floors
from bandit.reasons import BY_EXPERTS
from replay.aggregate.question import Question
from replay.aggregate.two_pass import sum_source
from replay.intervals.rules import UNLIMITED
from replay.models.features import Features
from replay.results.summary import Summary
from replay.tables.rows import Rows
from replay.tables.values.clusters import groups_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bandit.events import Decision, Reward
    from replay.aggregate.two_pass import LogSums
    from replay.log_files.histories import OwnLog
    from replay.numerics.arrays import Floats
    from replay.targets.target import TargetPolicy

ASKS_AT_ONCE = 4_096
"""Rewards decoded at once: some MB."""


def sum_choices(
    log: OwnLog, cut: float, targets: Sequence[TargetPolicy], pending: int
) -> tuple[Summary, LogSums]:
    """Sum up the newest reward of every ask that was decided up to `cut` and judged.

    The first is of the first target, as it is of the others but for the sums.

    Raises
    ------
    MissingInput
        If no ask has a reward that says anything.
    """
    asks = judged_asks(log, cut)
    actions = asks.actions
    question = Question(
        actions=actions,
        kind="real",
        features=Features.of(actions, ()),
        targets=tuple(targets),
        known=tuple(target.pmf_known for target in targets),
        length=asks.judged,
        clustered=True,
        centre=asks.centre,
        timed=True,
        learned=True,
    )
    log_sums = sum_source(asks, question)
    only_pools = (
        "stops have no propensities in the log, so only the choice of pool is evaluated, at the"
        " states that the log visited; a row is an ask, and asks of one task are correlated"
    )
    notes: tuple[str, ...] = (only_pools, UNLIMITED)
    if asks.unjudged:
        notes += (f"{asks.unjudged} asks have no reward and are left out",)
    counts = {"tasks": log.tasks, "pending": pending, "unjudged": asks.unjudged, **log.trouble()}
    notes_on_log = notes + log.notes()
    summary = Summary(
        "ask",
        "real",
        log_sums.totals[0],
        notes_on_log,
        counts,
        actions=actions,
        order=log_sums.order,
    )
    return summary, log_sums


@dataclass(frozen=True, slots=True)
class Asks:
    """Judged asks of a log as one piece, with the mean of their rewards, `centre`.

    `unjudged` more have nothing to be judged by.
    """

    log: OwnLog
    cut: float
    actions: tuple[str, ...]
    judged: int
    unjudged: int
    centre: float

    @property
    def pieces(self) -> tuple[int]:
        return (0,)

    def read(self, piece: Any) -> Iterator[Rows]:
        return _batches(self.log, self.cut, self.actions)

    to_learn = read


def judged_asks(log: OwnLog, cut: float) -> Asks:
    """Look through a log for the asks that were decided up to `cut` and judged.

    Raises
    ------
    MissingInput
        If no ask has a reward that says anything.
    """
    judged = unjudged = 0
    total = 0.0
    names = set[str]()
    for reward, _ in _rewards(log, cut):
        if reward.reward is None:
            unjudged += 1
        else:
            judged += 1
            total += reward.reward
            names.update(reward.pmf, [reward.pool or ""])
    if not judged:
        raise MissingInput(f"{log.path}: no ask has a reward that was judged yet")
    return Asks(
        log=log,
        cut=cut,
        actions=tuple(sorted(names - {STOP})),
        judged=judged,
        unjudged=unjudged,
        centre=total / judged,
    )


def _rewards(log: OwnLog, cut: float) -> Iterator[tuple[Reward, Decision | None]]:
    """Yield rewards of asks for labels and their decisions, of tasks that were decided up to `cut`.

    None of experts, and no gold of tasks without labels.
    """
    for history in log.histories():
        if history.at > cut:
            return
        decisions = {decision.ask: decision for decision in history.decisions}
        yield from (
            (reward, decisions.get(reward.ask))
            for reward in history.rewards
            if reward.why not in BY_EXPERTS and reward.ask != NO_ASK
        )


def _batches(log: OwnLog, cut: float, actions: Sequence[str]) -> Iterator[Rows]:
    index = {name: i for i, name in enumerate(actions)}
    judged = (pair for pair in _rewards(log, cut) if pair[0].reward is not None)
    first = 0
    while pairs := list(islice(judged, ASKS_AT_ONCE)):
        block = [reward for reward, _ in pairs]
        pmf = np.zeros((len(block), len(actions)))
        for row, reward in enumerate(block):
            for name, chance in reward.pmf.items():
                if name != STOP:
                    pmf[row, index[name]] = chance
        pmf /= pmf.sum(axis=1, keepdims=True)
        chosen = np.array([index[reward.pool or ""] for reward in block])
        yield Rows(
            chosen,
            np.array([reward.reward for reward in block], dtype=float),
            pmf[np.arange(len(block)), chosen],
            logged_pmf=pmf,
            group=groups_of(pa.array([reward.task for reward in block])),
            index=np.arange(first, first + len(block)),
            lowered=_lowered([decision for _, decision in pairs], index),
        )
        first += len(block)


def _lowered(decisions: Sequence[Decision | None], index: Mapping[str, int]) -> Floats:
    """Factors by which the worker lowers the floors of pools for their price, shape (n, K)."""
    factors = np.ones((len(decisions), len(index)))
    for row, decision in enumerate(decisions):
        if decision is not None:
            lowered = lowered_floors(decision.usd_per_label, decision.worth_usd)
            for name, factor in lowered.items():
                if name in index:
                    factors[row, index[name]] = factor
    return factors
