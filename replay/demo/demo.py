"""The demo: real tasks, simulated labelers, the real log and worker; and what teams do instead.

Every row meets the same market: the same labelers give the same answers. One set of audits judges
all rows: its tasks are drawn by a chance that no answer changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.settings import AuditSettings, PolicySettings, ProjectSettings, Settings
from replay.baselines.dawid_skene import dawid_skene
from replay.baselines.fixed_redundancy import FixedRedundancyBaseline
from replay.baselines.majority import expected_accuracy
from replay.demo.tasks import PROJECT, demo_tasks
from replay.intervals.wilson import wilson
from replay.market.drive import Drive
from replay.market.drive_log import LogDrive
from replay.market.live import live_run
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from replay.market.drive_log import EventLog, WorkerSteps
    from replay.market.outcome import Outcome
    from replay.market.tasks import TrueTask

EXPERT_USD = 0.60
SLICE_S = 30.0  # of simulated time written at once; the fastest pool takes 45 s
LABELS_PER_TASK = 3
ARRIVALS = Arrivals(tasks_per_hour=120.0, deadline_s=3600.0, value_usd=5.0)


class AuditedShare(msgspec.Struct, frozen=True, kw_only=True):
    """Share of audited answers that are right, with its 95 % interval (Wilson 1927)."""

    value: float
    low: float
    high: float
    audits: int


class DemoRow(msgspec.Struct, frozen=True, kw_only=True):
    """One way of buying labels: money in US dollars, shares in [0, 1].

    `accuracy_true` is known because the market is simulated. `usd_per_task` has the audits in it
    where the way needs them. `on_time` is the share answered by the deadline.
    """

    name: str
    accuracy_audited: AuditedShare | None
    accuracy_true: float
    labels_per_task: float
    usd_per_task: float
    audit_usd_per_task: float
    on_time: float
    delay_s_p95: float | None


class DemoResult(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, the first of them poolwise's."""

    tasks: int
    classes: tuple[str, ...]
    seed: int
    hours: float
    rows: tuple[DemoRow, ...]


def demo_settings(seed: int) -> Settings:
    """Settings of the core that the demo's worker runs with."""
    return Settings(
        seed=seed,
        policy=PolicySettings(),
        audit=AuditSettings(share=0.05),  # a hundred audits in 2,310 tasks, to have an interval
        projects={PROJECT: ProjectSettings(delay_usd_per_hour=0.02)},
    )


def run_demo(
    log: EventLog,
    worker: WorkerSteps,
    tasks: int = 2310,
    seed: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> DemoResult:
    """Send the tasks through `log` and `worker`, then buy the same labels as teams do.

    Parameters
    ----------
    log, worker
        Fresh; the worker's core has `demo_settings(seed)`, and it writes no ticks of its own.
    progress
        Told how many more tasks have their first verdict.
    """
    made = demo_tasks(tasks, ARRIVALS, seed)
    tick_s = demo_settings(seed).clock.max_jump_s / 2

    def watch(revision: int) -> None:
        if revision == 0:
            progress(1)

    market = _market(made, seed)
    drive = LogDrive(log, worker, market, SLICE_S, tick_s, lambda verdict: watch(verdict.revision))
    outcome = drive.run(market.events())
    audited = [name for name, verdict in outcome.verdicts.items() if verdict.basis == "gold"]
    rows = [_row("poolwise", market, outcome, audited)]
    pools = [spec.name for spec in four_pools(made[0].task.classes)]
    rows += [_fixed(made, pool, seed, audited, tick_s) for pool in (None, *pools)]
    hours = (max(one.task.at for one in made) - made[0].task.at) / 3600.0
    return DemoResult(
        tasks=tasks,
        classes=made[0].task.classes,
        seed=seed,
        hours=hours,
        rows=tuple(rows),
    )


def _market(made: Sequence[TrueTask], seed: int) -> Market:
    return Market(four_pools(made[0].task.classes), made, seed, expert_usd=EXPERT_USD)


def _fixed(
    made: Sequence[TrueTask], pool: str | None, seed: int, audited: Sequence[str], tick_s: float
) -> DemoRow:
    """Three labels a task from one pool with Dawid-Skene, or from random pools by majority."""
    market = _market(made, seed)
    engine = FixedRedundancyBaseline(LABELS_PER_TASK, pool, seed)
    outcome = Drive(engine, market, tick_s).run(market.events())
    if pool is None:
        return _row(f"{LABELS_PER_TASK} × random pool, majority", market, outcome, audited)
    labels = [(label.task, label.labeler, label.answer) for label in outcome.labels]
    answers = dawid_skene(labels).answers()
    name = f"{LABELS_PER_TASK} × {pool}, Dawid-Skene"
    return _row(name, market, outcome, audited, answers)


def _row(
    name: str,
    market: Market,
    outcome: Outcome,
    audited: Sequence[str],
    answers: Mapping[str, Mapping[str, float]] | None = None,
) -> DemoRow:
    run = live_run(market, outcome)
    if answers is None:
        answers = {
            task: {verdict.answer: 1.0}
            for task, verdict in outcome.answered.items()
            if verdict.answer is not None
        }
    truth = {task: one.truth for task, one in market.tasks.items()}
    seen = {task: truth[task] for task in audited}
    return DemoRow(
        name=name,
        accuracy_audited=audited_share(expected_accuracy(answers, seen), len(seen)),
        accuracy_true=expected_accuracy(answers, truth) or 0.0,
        labels_per_task=run.labels_per_task,
        usd_per_task=(run.usd + run.audit_usd) / run.tasks,
        audit_usd_per_task=run.audit_usd / run.tasks,
        on_time=run.on_time,
        delay_s_p95=run.delay_s_p95,
    )


def audited_share(share: float | None, n: int, level: float = 0.95) -> AuditedShare | None:
    """Share of n audited answers that are right, with Wilson's interval; `None` without any.

    Examples
    --------
    >>> audited = audited_share(1.0, 100)
    >>> round(audited.low, 3), audited.high
    (0.963, 1.0)
    """
    if share is None or not n:
        return None
    low, high, _ = wilson(share, share * (1 - share) / n, n, level)
    return AuditedShare(value=share, low=low, high=high, audits=n)
