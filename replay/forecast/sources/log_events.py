"""What a log says of operations: when tasks came and were answered, asks, and labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bandit.errors import LogCorrupt, MissingInput, nearest
from bandit.events import STOP, Control, Pool
from bandit.reasons import DecisionReason
from replay.log_files.histories import OwnLog
from replay.log_files.log_file import LogFile
from replay.log_files.log_path import log_path
from replay.task_log.trajectory import delivered, gold_of, is_audited

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from replay.log_files.histories import History

AUDIT = DecisionReason.AUDIT.value


class AnsweredTask(NamedTuple):
    """A task: when it came, and what became of it; `None` where there is no verdict yet.

    `correction` is what an audit's gold adds to the confidence, `None` without one; it counts
    `weight` times, 1 / the chance of the audit.
    """

    project: str
    at: float
    closed_at: float | None
    confidence: float | None
    delay_s: float | None
    correction: float | None
    weight: float


class AskedLabel(NamedTuple):
    """An ask to a pool, and the label that came; `None` where none came.

    `closed_at` is `None` while the ask is open, `usd` what was paid.
    """

    project: str
    pool: str
    at: float
    closed_at: float | None
    labeler: str | None
    usd: float
    seconds_spent: float | None
    is_audit: bool


@dataclass(slots=True)
class LogEvents:
    """All that a log says; `pools` and `controls` are those in force, empty in an archive."""

    end: float
    tasks: list[AnsweredTask] = field(default_factory=list)
    asks: list[AskedLabel] = field(default_factory=list)
    pools: dict[str, Pool] = field(default_factory=dict)
    controls: dict[str, Control] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def projects(self) -> list[str]:
        """Projects by their number of tasks, the largest first."""
        counts: dict[str, int] = {}
        for task in self.tasks:
            counts[task.project] = counts.get(task.project, 0) + 1
        return sorted(counts, key=lambda name: (-counts[name], name))


def read_log_events(
    path: Path, project: str | None = None, tell: Callable[[int], None] | None = None
) -> LogEvents:
    """Read an embedded log or an archive.

    Raises
    ------
    InputError
        If there is no such log or project, or no task has been decided about.
    """
    path = log_path(path)
    with OwnLog(path, tell) as log:
        events = LogEvents(log.end)
        for history in log.histories():
            receive_history(history, events)
        events.notes = log.notes()
    known = events.projects
    if project is not None:
        if project not in known:
            raise MissingInput(f"{path}: no task of project {project!r}{nearest(project, known)}")
        events.tasks = [task for task in events.tasks if task.project == project]
        events.asks = [ask for ask in events.asks if ask.project == project]
    if path.is_file():
        read_operations(path, events)
    return events


def read_operations(path: Path, events: LogEvents) -> None:
    """Read pools and controls: topics of one partition that keep the newest of each key.

    Raises
    ------
    LogCorrupt
        If one can't be read.
    """
    log = LogFile(path)
    try:
        for value in log.values("pools"):
            pool = msgspec.json.decode(value, type=Pool)
            events.pools[pool.pool] = pool
        for value in log.values("controls"):
            control = msgspec.json.decode(value, type=Control)
            if control.project is not None:
                events.controls[control.project] = control
    except msgspec.DecodeError as error:
        raise LogCorrupt(f"{path}: a pool or a control can't be read: {error}") from error
    finally:
        log.close()


def receive_history(history: History, events: LogEvents) -> None:
    """Add what a task's history says."""
    first = history.decisions[0]
    given = delivered(history) if history.verdicts else None
    at = first.at if given is None else given.at - given.delay_s
    answered = given is not None and given.answer is not None
    events.tasks.append(
        AnsweredTask(
            project=first.project,
            at=at,
            closed_at=None if given is None else given.at,
            confidence=given.confidence if given is not None and answered else None,
            delay_s=None if given is None else given.delay_s,
            correction=_correction(history),
            weight=1.0 / given.audit_propensity if given is not None and given.audited else 0.0,
        )
    )
    closed = {reward.ask: reward for reward in history.rewards}
    for decision in history.decisions:
        if decision.choice == STOP:
            continue
        reward = closed.pop(decision.ask, None)
        labeled = reward is not None and reward.labeler is not None
        events.asks.append(
            AskedLabel(
                project=decision.project,
                pool=decision.choice,
                at=decision.at,
                closed_at=None
                if reward is None
                else _came(reward.decided_at, reward.delay_s, reward.at),
                labeler=reward.labeler if reward is not None else None,
                usd=reward.usd if reward is not None and labeled else 0.0,
                seconds_spent=reward.seconds_spent if reward is not None else None,
                is_audit=False,
            )
        )
    for reward in closed.values():
        if reward.pool is not None and reward.why == AUDIT:
            events.asks.append(
                AskedLabel(
                    project=reward.project,
                    pool=reward.pool,
                    at=reward.decided_at,
                    closed_at=_came(reward.decided_at, reward.delay_s, reward.at),
                    labeler=reward.labeler,
                    usd=reward.usd,
                    seconds_spent=reward.seconds_spent,
                    is_audit=True,
                )
            )


def _came(decided_at: float, delay_s: float | None, at: float) -> float:
    """Return when an ask was closed: by its label, or by the reward that says that none came."""
    return at if delay_s is None else decided_at + delay_s


def _correction(history: History) -> float | None:
    given = delivered(history) if history.verdicts else None
    gold = gold_of(history)
    if given is None or gold is None or not is_audited(given):
        return None
    return float(given.answer == gold) - (given.confidence or 0.0)
