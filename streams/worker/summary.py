"""The closing line of `poolwise work`: what was done, what is open, and what blocks open tasks."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from bandit.counted import counted
from streams.process.wording import ended, skilled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from streams.core import Core
    from streams.worker.worker import Worker

SHOWN = 3
"""Sets of missing skills that are named, those of the most tasks first."""


def summary(worker: Worker, log: str, *, signalled: bool) -> str:
    """Return one line for people.

    `log` is the log's address on the command line; `signalled` is whether a signal ended the run.
    """
    figures = worker.figures()
    line = f"{log}: {ended(signalled=signalled)}: "
    line += f"{counted(figures['handled'], 'record')} processed (including ticks)"
    for topic in ("decisions", "asks", "rewards", "verdicts"):
        line += f", {counted(figures[topic], topic.removesuffix('s'))}"
    if figures["ignored_fields"]:
        line += f", {counted(figures['ignored_fields'], 'unknown field')} ignored"
    if figures["dead_letters"]:
        bad = counted(figures["dead_letters"], "dead letter")
        line += f", {bad} (see them: poolwise tail {shlex.quote(log)} deadletters)"
    line += f"; open: {counted(figures['open_tasks'], 'task')}"
    line += f", {counted(figures['open_asks'], 'ask')}"
    return "; ".join([line, *_blocked(figures, worker.core, log)])


def _blocked(figures: Mapping[str, int], core: Core, log: str) -> Iterator[str]:
    """Yield what open tasks wait for, other than labels."""
    stranded, deferred = core.stranded(), core.deferred()
    for skills, tasks in stranded.most_common(SHOWN):
        yield f"{_waiting(tasks)} for an available pool{skilled(skills)}"
    others = stranded.total() - sum(tasks for _, tasks in stranded.most_common(SHOWN))
    if others:
        yield f"{_waiting(others)} for available pools with other skills"
    if deferred:
        yield f"{_waiting(deferred)} for a better pool to open"
    stopped = figures["halted_tasks"] - stranded.total() - deferred
    if stopped:
        are = "is" if stopped == 1 else "are"
        orders = f"see it: poolwise control {shlex.quote(log)}"
        yield f"{counted(stopped, 'task')} {are} stopped by an order ({orders})"
    full = figures["open_tasks"] - figures["halted_tasks"]
    if full and not figures["open_asks"]:
        yield f"{_waiting(full)} for a pool with free capacity"


def _waiting(tasks: int) -> str:
    return f"{counted(tasks, 'task')} {'waits' if tasks == 1 else 'wait'}"
