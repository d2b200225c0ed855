"""A week on the embedded log, as fast as it goes: days of work, nights and a weekend of rest.

Every morning the worker starts anew. The time of the log moves on by ticks that are far apart, and
after each rest by as much as nobody believes at first.
"""

from __future__ import annotations

import gc
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from streams.config.config import parse_config
from streams.core import engine_maker
from streams.embedded.log import EmbeddedLog
from streams.worker.worker import Worker
from tests.faults.audit import audit, model_is_the_fold
from tests.faults.labelers import STEP_S, USD, Labelers
from tests.faults.soak.memory import resident_mb
from tests.faults.story import CORE, SEED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PACE = 20.0
"""Ticks are ten minutes apart, and asks wait for forty."""

DAY_S = 16 * 3600.0
REST_S = (8 * 3600.0, 2 * 86_400.0)
"""A night, and a weekend."""

FEW = "[memory]\nmax_closed = 2000\n"
"""So that a worker remembers as much on the second day as on the last."""


class Week(NamedTuple):
    """What came of it."""

    tasks: int
    decisions: int
    rewards: int
    megabytes: list[float]  # of this process, after each day


def live_a_week(
    path: Path, tasks_a_step: int, days: int = 7, say: Callable[[str], None] = lambda _: None
) -> Week:
    """Live some days; raises AssertionError if anything was lost, doubled or spoilt."""
    steps = int(DAY_S / (STEP_S * PACE))
    tasks = tasks_a_step * steps * days
    megabytes = []
    with closing(EmbeddedLog(path, 2, create=True, synchronous="NORMAL")) as log:
        labelers = Labelers(log, SEED, tasks, PACE)
        for day in range(days):
            _work_a_day(path, labelers, steps, tasks_a_step)
            megabytes.append(resident_mb() or 0.0)
            say(f"day {day + 1}: {labelers.fed:,} tasks, {megabytes[-1]:.0f} MB")
            labelers.now += REST_S[day % 7 == 4]
        while labelers.waiting():
            _work_a_day(path, labelers, steps, 0)
        _work_a_day(path, labelers, steps, 0)  # what was never answered expires
        written = audit(log, {f"t{i}" for i in range(tasks)}, USD)
        model_is_the_fold(log, parse_config(CORE + FEW).core)
    return Week(tasks, len(written.decisions), len(written.rewards), megabytes)


def _work_a_day(path: Path, labelers: Labelers, steps: int, tasks: int) -> None:
    """Open the log, work until the evening, close it."""
    config = parse_config(CORE + FEW)
    with closing(EmbeddedLog(path)) as log:
        worker = Worker(log, engine_maker(config.core, 2), config.worker)
        with closing(worker):
            for _ in range(steps):
                labelers.advance(tasks)
                worker.run(until_idle=True)
    gc.collect()
