"""Series of a log: arrivals, backlog, spend, quality, delay; asks and labels of each pool.

The quality of answers is called accuracy where audits corrected it, else agreement, as in
`replay.experiment` and `replay.task_log`: one name for one quantity.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from replay.forecast.series.series import STEP_S
from replay.forecast.series.steps import grid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from replay.forecast.series.series import Per, Series
    from replay.forecast.series.steps import Grid
    from replay.forecast.sources.log_events import AnsweredTask, AskedLabel, LogEvents

FEWEST_AUDITS = 30
"""Audits from which on they correct the confidence: fewer say less than the confidence does."""


ACCURACY, AGREEMENT = "accuracy", "agreement"
"""Kinds of the series of quality: with so many audits, and with fewer."""


class LogSeries(NamedTuple):
    """A series, and whose: a project's, a pool's, or everything's (`None` for both)."""

    kind: str
    project: str | None
    pool: str | None
    series: Series


def log_grid(events: LogEvents, per: Per) -> Grid:
    """Return the steps that the log fills."""
    times = sorted(task.at for task in events.tasks)
    return grid_of([*times, max(times[-1], events.end)], per)


def log_series(events: LogEvents, grid: Grid, projects: Sequence[str]) -> list[LogSeries]:
    """Return the series of all tasks, of each of `projects` if there are several, and of pools."""
    found = _of_project(None, events.tasks, events.asks, grid)
    if len(events.projects) > 1:
        for name in projects:
            tasks = [task for task in events.tasks if task.project == name]
            asks = [ask for ask in events.asks if ask.project == name]
            found += _of_project(name, tasks, asks, grid)
    for pool in sorted({ask.pool for ask in events.asks}):
        found += _of_pool(pool, [ask for ask in events.asks if ask.pool == pool], grid)
    return found


def arrival_series(grid: Grid, tasks: Sequence[AnsweredTask], of: str = "") -> Series:
    """Return how many tasks came."""
    return grid.series(f"task arrivals{of}", "tasks", grid.sums([task.at for task in tasks]))


def asks_series(grid: Grid, pool: str, asks: Sequence[AskedLabel]) -> Series:
    """Return how often a pool was asked; all `asks` are of it."""
    return grid.series(f"asks to {pool}", "labels", grid.sums([ask.at for ask in asks]))


def spend_series(grid: Grid, asks: Sequence[AskedLabel], of: str = "") -> Series:
    """Return what labels cost, by the step in which they came."""
    paid = [ask for ask in asks if ask.closed_at is not None and ask.usd]
    spent = grid.sums([_closed(ask) for ask in paid], [ask.usd for ask in paid])
    return grid.series(f"spend{of}", "usd", spent)


def _of_project(
    project: str | None, tasks: Sequence[AnsweredTask], asks: Sequence[AskedLabel], grid: Grid
) -> list[LogSeries]:
    closed = [task for task in tasks if task.closed_at is not None]
    sure = [task for task in closed if task.confidence is not None]
    timed = [task for task in closed if task.delay_s is not None]
    of = "" if project is None else f" of {project}"
    quality = ACCURACY if _is_audited(sure) else AGREEMENT
    delays = grid.means([_of_task(t) for t in timed], [t.delay_s or 0.0 for t in timed])
    series = {
        "arrivals": arrival_series(grid, tasks, of),
        "backlog": grid.series(
            f"backlog{of}",
            "tasks",
            _open(grid, [t.at for t in tasks], [_of_task(t) for t in closed]),
        ),
        "spend": spend_series(grid, asks, of),
        quality: grid.series(f"{quality}{of}", "share", _quality(sure, grid)),
        "time_to_verdict": grid.series(f"time to verdict{of}", "seconds", delays),
    }
    return [LogSeries(kind, project, None, each) for kind, each in series.items()]


def _of_pool(pool: str, asks: Sequence[AskedLabel], grid: Grid) -> list[LogSeries]:
    labels = [ask for ask in asks if ask.labeler is not None]
    given = grid.sums([_closed(ask) for ask in labels])
    return [
        LogSeries("asks", None, pool, asks_series(grid, pool, asks)),
        LogSeries("labels", None, pool, grid.series(f"labels of {pool}", "labels", given)),
    ]


def _quality(sure: Sequence[AnsweredTask], grid: Grid) -> NDArray[np.float64]:
    """Return the mean confidence by step, corrected by what audits found over all."""
    means = grid.means([_of_task(t) for t in sure], [t.confidence or 0.0 for t in sure])
    shift = 0.0
    if _is_audited(sure):
        audits = [task for task in sure if task.correction is not None]
        total = sum(task.weight for task in audits)
        shift = sum(task.weight * (task.correction or 0.0) for task in audits) / total
    return np.clip(means + shift, 0.0, 1.0)


def _is_audited(sure: Sequence[AnsweredTask]) -> bool:
    return sum(task.correction is not None for task in sure) >= FEWEST_AUDITS


def _open(grid: Grid, begun: Sequence[float], ended: Sequence[float]) -> NDArray[np.float64]:
    """Count what is open at the end of each step."""
    ends = grid.start + np.arange(1, grid.steps + 1) * STEP_S[grid.per]
    now_open = np.searchsorted(np.sort(begun), ends) - np.searchsorted(np.sort(ended), ends)
    return now_open.astype(np.float64)[grid.kept]


def _closed(ask: AskedLabel) -> float:
    assert ask.closed_at is not None
    return ask.closed_at


def _of_task(task: AnsweredTask) -> float:
    assert task.closed_at is not None
    return task.closed_at
