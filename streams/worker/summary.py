"""What `poolwise work` says at its end: what was done, what is open, and what it waits for."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from streams.process.showing import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streams.worker.worker import Worker

SHOWN = 3
"""Sets of missing skills that are named, those of most tasks first."""


def summary(worker: Worker, log: str) -> str:
    """Return one line for a person; `log` is how the log is called on the command line."""
    figures = worker.figures()
    line = f"{counted(figures['handled'], 'record')} handled (ticks too)"
    for topic in ("decisions", "asks", "rewards", "verdicts"):
        line += f", {counted(figures[topic], topic.removesuffix('s'))}"
    if figures["ignored_fields"]:
        line += f", {counted(figures['ignored_fields'], 'unknown field')} ignored"
    if figures["dead_letters"]:
        bad = counted(figures["dead_letters"], "dead letter")
        line += f", {bad} (poolwise tail {shlex.quote(log)} deadletters)"
    line += f"; open: {counted(figures['open_tasks'], 'task')}"
    line += f", {counted(figures['open_asks'], 'ask')}"
    return "; ".join([line, *_missing(worker, log)])


def _missing(worker: Worker, log: str) -> Iterator[str]:
    """Yield what open tasks wait for that isn't a label."""
    figures, stranded = worker.figures(), worker.core.stranded()
    for skills, tasks in stranded.most_common(SHOWN):
        yield f"{_waiting(tasks)} for an open pool{_having(skills)}"
    others = stranded.total() - sum(tasks for _, tasks in stranded.most_common(SHOWN))
    if others:
        yield f"{_waiting(others)} for open pools with other skills"
    stopped = figures["halted_tasks"] - stranded.total()
    if stopped:
        are = "is" if stopped == 1 else "are"
        orders = f"poolwise tail {shlex.quote(log)} controls"
        yield f"{counted(stopped, 'task')} {are} stopped by an order ({orders})"
    full = figures["open_tasks"] - figures["halted_tasks"]
    if full and not figures["open_asks"]:
        yield f"{_waiting(full)} for room in a pool"


def _waiting(tasks: int) -> str:
    return f"{counted(tasks, 'task')} {'waits' if tasks == 1 else 'wait'}"


def _having(skills: tuple[str, ...]) -> str:
    """Say which skills a pool must have.

    Examples
    --------
    >>> _having(()), _having(("es",)), _having(("es", "fr"))
    ('', " with the skill 'es'", " with the skills 'es' and 'fr'")
    """
    if not skills:
        return ""
    names = " and ".join(map(repr, skills))
    return f" with the {'skill' if len(skills) == 1 else 'skills'} {names}"
