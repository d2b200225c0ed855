"""Read the closed tasks of a log, in the order of their first decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import fsum
from typing import TYPE_CHECKING

from bandit.close.on_time import is_on_time
from bandit.errors import MissingInput, nearest
from bandit.events import NO_ASK, STOP
from bandit.reasons import BY_EXPERTS, Basis
from replay.labelers.judged_label import judged_label
from replay.labeling_report.read.closed_task import ClosedTask, PoolAsk, Step
from replay.log_files.histories import AUDIT, OwnLog
from replay.log_files.log_path import log_path
from replay.market.exploration import BY_VALUE
from replay.task_log.trajectory import delivered, gold_of, is_audited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from bandit.events import Decision, Reward
    from replay.labelers.judged_label import JudgedLabel
    from replay.log_files.histories import History

OURS = "poolwise."
"""How features of the system begin: they say nothing of the task."""


@dataclass(frozen=True, slots=True)
class LabelingLog:
    """A log's closed tasks; `pending` more have no verdict, `notes` say what is missing.

    `for_worker` is its name for commands that need the log itself: `LOG` of an archive.
    """

    name: str
    tasks: tuple[ClosedTask, ...]
    pending: int
    notes: tuple[str, ...]
    for_worker: str

    def labels(self) -> list[JudgedLabel]:
        """All labels, task by task."""
        return [ask.label for task in self.tasks for ask in task.asks if ask.label is not None]


def read_tasks(
    path: Path, project: str | None = None, tell: Callable[[int], None] | None = None
) -> LabelingLog:
    """Read an embedded log or the folder of an archive.

    Raises
    ------
    InputError
        If there is no such log, it can't be read, it has no such project, or no task is closed.
    """
    with opened(path, tell) as log:
        return tasks_of(log, project)


def opened(path: Path, tell: Callable[[int], None] | None = None) -> OwnLog:
    """Open a log to report on; raises as `read_tasks` does."""
    return OwnLog(log_path(path), tell)


def tasks_of(
    log: OwnLog, project: str | None = None, see: Callable[[History], None] | None = None
) -> LabelingLog:
    """Read a log that is open; `see` sees every history, those of other projects too."""
    path, projects = log.path, set[str]()
    found = labeling_log(str(path), _of_project(log.histories(), project, projects, see))
    if project is not None and project not in projects:
        raise MissingInput(f"{path}: no task of project {project!r}{nearest(project, projects)}")
    if not found.tasks:
        raise MissingInput(f"{path}: no task is closed yet, so there is nothing to report")
    return replace(found, notes=log.notes(), for_worker="LOG" if path.is_dir() else found.name)


def labeling_log(name: str, histories: Iterable[History]) -> LabelingLog:
    """Read the closed tasks from the histories of all tasks.

    The chance of an audit whose gold has come is the logged one times the share of audits with
    gold so far.
    """
    tasks: list[ClosedTask] = []
    pending = drawn = 0
    for history in histories:
        if history.verdicts:
            tasks.append(_closed(history))
            drawn += is_audited(delivered(history))
        else:
            pending += 1
    known = sum(task.right is not None for task in tasks)
    share = known / drawn if drawn else 0.0
    audited = [replace(task, audit_chance=task.audit_chance * share) for task in tasks]
    return LabelingLog(name, tuple(audited), pending, (), name)


def _of_project(
    histories: Iterable[History],
    project: str | None,
    projects: set[str],
    see: Callable[[History], None] | None,
) -> Iterator[History]:
    """Yield the histories of one project, or of all; note in `projects` which there are."""
    for history in histories:
        if see is not None:
            see(history)
        of = history.decisions[0].project
        projects.add(of)
        if project is None or of == project:
            yield history


def _closed(history: History) -> ClosedTask:
    given = delivered(history)
    first = history.decisions[0]
    judged = any(reward.why == AUDIT and reward.labeler for reward in history.rewards)
    chance = given.audit_propensity if judged else None
    experts = [reward for reward in history.rewards if reward.why in BY_EXPERTS]
    asked = {
        reward.ask: reward
        for reward in history.rewards
        if reward.why not in BY_EXPERTS and reward.ask != NO_ASK
    }
    gold = gold_of(history)
    provable = given.answer is not None and given.basis != Basis.GOLD
    return ClosedTask(
        task=history.task,
        project=first.project,
        policy=first.policy,
        at=first.at,
        closed_at=given.at,
        answer=given.answer,
        confidence=given.confidence or 0.0,
        posterior=given.posterior,
        basis=given.basis,
        why=given.why,
        worth_usd=given.worth_usd,
        delay_s=given.delay_s,
        on_time=is_on_time(given),
        label_usd=fsum(reward.usd for reward in asked.values()),
        expert_usd=fsum(reward.usd for reward in experts),
        audit_chance=given.audit_propensity if provable else 0.0,
        right=given.answer == gold if is_audited(given) and gold is not None else None,
        asks=tuple(_ask(reward, chance, given.posterior) for reward in asked.values()),
        steps=tuple(_step(decision, asked.get(decision.ask)) for decision in history.decisions),
        features={
            name: value
            for name, value in first.features.items()
            if isinstance(value, str) and not name.startswith(OURS)
        },
    )


def _ask(reward: Reward, audit_chance: float | None, posterior: Mapping[str, float]) -> PoolAsk:
    return PoolAsk(
        pool=reward.pool or "",
        pmf=reward.pmf,
        usd=reward.usd,
        delay_s=reward.delay_s,
        label=judged_label(reward, posterior, audit_chance),
    )


def _step(decision: Decision, reward: Reward | None) -> Step:
    forgone_usd, explores = None, False
    if decision.values_usd and decision.policy.startswith(BY_VALUE):
        worth = {name: decision.values_usd.get(name, 0.0) for name in decision.pmf}
        best = max(worth.values())
        forgone_usd = fsum(chance * (best - worth[name]) for name, chance in decision.pmf.items())
        explores = worth[decision.choice] < best
    chances = decision.posterior
    return Step(
        labels=decision.labels,
        answer=max(chances, key=chances.__getitem__) if chances else None,
        confidence=decision.confidence,
        usd=reward.usd if reward is not None and decision.choice != STOP else 0.0,
        forgone_usd=forgone_usd,
        explores=explores,
        beside=bool(decision.awaited) and decision.choice != STOP,
    )
