"""The demo: real tasks, simulated labelers, the real log and worker; and what teams do instead.

Every row meets the same market: the same labelers give the same answers. One set of audits judges
all rows (`replay.demo.rows`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bandit.settings import AuditSettings, ProjectSettings, Settings
from replay.demo.rows import DemoRow, fixed_rows, row_of
from replay.demo.tasks import PROJECT, demo_tasks
from replay.demo.variants import variants
from replay.market.drive_log import LogDrive
from replay.market.market import Market
from replay.market.pools import four_pools
from replay.market.tasks import Arrivals

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bandit.events import Verdict
    from replay.market.drive_log import EventLog, WorkerSteps
    from replay.market.tasks import TrueTask

EXPERT_USD = 0.60
SLICE_S = 30.0  # of simulated time written at once; the fastest pool takes 45 s
ARRIVALS = Arrivals(tasks_per_hour=120.0, deadline_s=3600.0, value_usd=5.0)


class DemoResult(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, the first of them poolwise's.

    `rival` names the row of the cheapest fixed setting at least as accurate as poolwise, if
    `rival_as_accurate`; otherwise that of the most accurate one.
    """

    tasks: int
    classes: tuple[str, ...]
    seed: int
    hours: float
    rows: tuple[DemoRow, ...]
    rival: str
    rival_as_accurate: bool


def demo_settings(seed: int) -> Settings:
    """Settings of the core that the demo's worker runs with."""
    return Settings(
        seed=seed,
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

    def watch(verdict: Verdict) -> None:
        if verdict.revision == 0:
            progress(1)

    market = demo_market(made, seed)
    drive = LogDrive(log, worker, market, SLICE_S, tick_s, watch)
    outcome = drive.run(market.events())
    given = list(outcome.first.values())
    ours = row_of("poolwise", market, outcome, given)
    fixed = fixed_rows(lambda: demo_market(made, seed), ours.accuracy_true, given, seed, tick_s)
    others = [
        row_of(name, there, ran, given)
        for name, there, ran in variants(
            made, demo_settings(seed), lambda tasks: demo_market(tasks, seed)
        )
    ]
    hours = (max(one.task.at for one in made) - made[0].task.at) / 3600.0
    return DemoResult(
        tasks=tasks,
        classes=made[0].task.classes,
        seed=seed,
        hours=hours,
        rows=(ours, *others, *fixed.rows),
        rival=fixed.rival,
        rival_as_accurate=fixed.rival_as_accurate,
    )


def demo_market(made: Sequence[TrueTask], seed: int) -> Market:
    """Make the market of the demo's four pools for these tasks."""
    return Market(four_pools(made[0].task.classes), made, seed, expert_usd=EXPERT_USD)
