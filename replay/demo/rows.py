"""Rows of the demo: each one way of buying labels in the same market, and how it did.

One set of audits judges all rows: poolwise's, which prefer answers that it is unsure of. Whatever a
row answers, the chance of a task's audit is known and was drawn by, so weights of 1 / chance make
every row's estimate unbiased (`replay.demo.audited_accuracy`); it is less precise for rows that are
unsure elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from replay.baselines.dawid_skene import dawid_skene
from replay.baselines.fixed_redundancy import FixedRedundancyBaseline
from replay.baselines.fixed_settings import RANDOM, fixed_settings
from replay.baselines.majority import expected_accuracy
from replay.baselines.rival import cheapest_as_accurate
from replay.demo.audited_accuracy import AuditedAnswer, AuditedShare, audited_accuracy
from replay.market.drive import Drive
from replay.market.live import live_run
from replay.market.pools import EXPERTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bandit.events import Verdict
    from replay.baselines.fixed_settings import FixedSetting
    from replay.market.market import Market
    from replay.market.outcome import Outcome

LABELS_PER_TASK = 3
MOST_LABELS = 7


class Answered(NamedTuple):
    """Chance of each class that a way of buying answers with, ties split, and its confidence."""

    chances: Mapping[str, float]
    confidence: float


class DemoRow(msgspec.Struct, frozen=True, kw_only=True):
    """One way of buying labels: money in US dollars, shares in [0, 1].

    `accuracy_true` is known because the market is simulated. `usd_per_task` has the audits in it
    where the way needs them. `exploration_usd_per_task` is expected, by the values that the engine
    decided by (`replay.market.exploration`), and not paid beside the rest. `on_time` is the share
    answered by the deadline.
    """

    name: str
    accuracy_audited: AuditedShare | None
    accuracy_true: float
    labels_per_task: float
    usd_per_task: float
    audit_usd_per_task: float
    exploration_usd_per_task: float
    on_time: float
    delay_s_p95: float | None


class FixedRows(msgspec.Struct, frozen=True, kw_only=True):
    """What teams do: rows of fixed settings, and the one to compare with.

    `rival` names the cheapest setting at least as accurate as wanted, if `rival_as_accurate`; else
    the most accurate one. Settings are 1 to 7 labels from any one pool, or from random ones.
    """

    rows: tuple[DemoRow, ...]
    rival: str
    rival_as_accurate: bool


def fixed_rows(
    market: Callable[[], Market],
    accuracy: float,
    given: Sequence[Verdict],
    seed: int,
    tick_s: float,
) -> FixedRows:
    """Three labels a task from random pools, and from each; and the rival to `accuracy`.

    Parameters
    ----------
    market
        Makes the market afresh, for each row.
    accuracy
        Share of right answers to compare with.
    given
        Poolwise's first verdicts, which say what was audited and with what chance.
    """
    pools = [pool for pool in market().usd_per_label() if pool != EXPERTS]
    ways: list[tuple[str | None, int]] = [(pool, LABELS_PER_TASK) for pool in (None, *pools)]
    rival, as_accurate = rival_of(fixed_settings(market(), MOST_LABELS, seed), accuracy)
    way = (None if rival.pool == RANDOM else rival.pool, rival.labels_per_task)
    rows = [_fixed(market(), *one, seed, given, tick_s) for one in dict.fromkeys([*ways, way])]
    name = rows[-1].name if way not in ways else rows[ways.index(way)].name
    return FixedRows(rows=tuple(rows), rival=name, rival_as_accurate=as_accurate)


def rival_of(settings: Sequence[FixedSetting], accuracy: float) -> tuple[FixedSetting, bool]:
    """Return the cheapest setting at least so accurate, else the most accurate; and which it is."""
    ours = [one for one in settings if one.rule == _rule(one.pool, one.labels_per_task)]
    return cheapest_as_accurate(
        ours,
        accuracy,
        lambda one: one.accuracy,
        lambda one: (one.usd_per_task, -one.accuracy),
    )


def row_of(
    name: str,
    market: Market,
    outcome: Outcome,
    given: Sequence[Verdict],
    answers: Mapping[str, Answered] | None = None,
) -> DemoRow:
    """Judge a run by poolwise's audits; `answers` stand in for its first verdicts.

    Parameters
    ----------
    given
        Poolwise's first verdicts, which say what was audited and with what chance.
    """
    run = live_run(market, outcome)
    if answers is None:
        answers = {
            task: Answered({verdict.answer: 1.0}, verdict.confidence or 0.0)
            for task, verdict in outcome.first.items()
            if verdict.answer is not None
        }
    truth = {task: one.truth for task, one in market.tasks.items()}
    chances = {task: answer.chances for task, answer in answers.items()}
    return DemoRow(
        name=name,
        accuracy_audited=audited_accuracy([_judged(one, truth, answers) for one in given]),
        accuracy_true=expected_accuracy(chances, truth) or 0.0,
        labels_per_task=run.labels_per_task,
        usd_per_task=(run.usd + run.audit_usd) / run.tasks,
        audit_usd_per_task=run.audit_usd / run.tasks,
        exploration_usd_per_task=outcome.exploration_usd / run.tasks,
        on_time=run.on_time,
        delay_s_p95=run.delay_s_p95,
    )


def _judged(
    ours: Verdict, truth: Mapping[str, str], answers: Mapping[str, Answered]
) -> AuditedAnswer:
    """Return a way's answer as the audit of poolwise's verdict judges it; experts always answer."""
    found = answers.get(ours.task, Answered({}, 0.0))
    right = found.chances.get(truth[ours.task], 0.0) if ours.audited else None
    return AuditedAnswer(ours.task, found.confidence, ours.audit_propensity, right)


def _rule(pool: str | None, labels: int) -> str:
    """The rule of the rows: of single labels, and of strangers' few, Dawid-Skene learns nothing."""
    return "majority" if pool in (None, RANDOM) or labels == 1 else "Dawid-Skene"


def _fixed(
    market: Market,
    pool: str | None,
    labels_per_task: int,
    seed: int,
    given: Sequence[Verdict],
    tick_s: float,
) -> DemoRow:
    """So many labels a task from one pool with Dawid-Skene, or from random pools by majority."""
    engine = FixedRedundancyBaseline(labels_per_task, pool, seed)
    outcome = Drive(engine, market, tick_s).run(market.events())
    rule = _rule(pool, labels_per_task)
    name = f"{labels_per_task} × {pool or 'random pool'}, {rule}"
    if rule == "majority":
        return row_of(name, market, outcome, given)
    found = dawid_skene((label.task, label.labeler, label.answer) for label in outcome.labels)
    answers = {
        task: Answered(chances, max(found.posterior[task].values()))
        for task, chances in found.answers().items()
    }
    return row_of(name, market, outcome, given, answers)
