"""Evaluation of a poolwise log: of whole tasks, or of the choice of pool alone.

Rows are cut by decision time, never by "the verdict is there": if any task is pending, only tasks
that were first decided about longer ago than the longest task took are used, so that quick pools
are not favoured. Why: part 3 of our statistics.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue
from bandit.events import STOP
from replay.log_files.histories import OwnLog
from replay.results.estimand import MEANING, estimand_of
from replay.results.judgement import Judgement
from replay.results.summary import Summary
from replay.task_log.accounts import Accounts
from replay.task_log.components import prices
from replay.task_log.known_accuracy import accuracy_check
from replay.task_log.notes import notes_on
from replay.task_log.pool_choices import sum_choices
from replay.task_log.recalibration import Recalibration
from replay.task_log.statement import money_of
from replay.task_log.task_sums import sum_tasks
from replay.task_log.traits import Traits
from replay.task_log.trajectory import delivered, gold_of, is_audited, trajectory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from replay.aggregate.two_pass import LogSums
    from replay.log_files.histories import History
    from replay.targets.target import TargetPolicy
    from replay.task_log.trajectory import Trajectory


@dataclass(slots=True)
class _FirstPass:
    """What the first pass over the histories found."""

    actions: set[str] = field(default_factory=set)
    horizon: int = 1
    stops: int = 0
    audited: int = 0
    gold: int = 0
    stuck: int = 0
    used: int = 0
    recalibration: Recalibration = field(default_factory=Recalibration)


class TaskLogSums(NamedTuple):
    """What a log comes down to: under each target, and the sums of all and their differences."""

    summaries: tuple[Summary, ...]
    log_sums: LogSums


def sum_task_log(
    path: Path,
    targets: Sequence[TargetPolicy],
    delay_usd_per_hour: float = 0.0,
    tell: Callable[[int], None] | None = None,
    *,
    by: Sequence[str] = (),
    audit_usd: float | None = None,
    level: float = 0.95,
    grouped: bool = False,
) -> TaskLogSums:
    """Read an embedded log, or an archive of a log, once, and sum it up under each target.

    Parameters
    ----------
    path
        The log.
    targets
        What is asked; differences are from the first.
    delay_usd_per_hour
        What an hour until the verdict costs.
    tell
        Called with the number of records as they are read.
    by
        Features of the tasks to slice by, or `project`.
    audit_usd
        What gold cost where the log has no price of it: it came from elsewhere, not from a pool.
    level
        Confidence of the intervals of `money`, in (0, 1).
    grouped
        Whether sums by group of tasks are wanted, for bootstraps and joint intervals.

    Raises
    ------
    BadValue
        If a target stands in columns, or is a pool that the log never names; if a feature to
        slice by has too many values, or an audit a price below 0.
    UnknownColumn
        If no task has a feature to slice by.
    LogError, MissingInput
        If it isn't a poolwise log, or holds no decisions.
    """
    for target in targets:
        _check_target(target)
    if audit_usd is not None and not 0 <= audit_usd < float("inf"):
        raise BadValue(f"audit_usd is {audit_usd:g}, must be 0 or more")
    traits = Traits(by)
    with OwnLog(path, tell) as log:
        pending = log.pending()
        cut = log.end - log.longest_s() if pending else float("inf")
        first_pass = _look(log, cut, traits)
        pools = sorted(first_pass.actions - {STOP})
        for target in targets:
            target.check_action(pools)
        traits.check()
        if not first_pass.stops:
            summary, log_sums = sum_choices(log, cut, targets, pending)
            whole = ("slices are of tasks: this log can't be sliced",) if traits.by else ()
            return TaskLogSums(
                tuple(
                    replace(
                        summary,
                        sums=sums,
                        estimand=estimand_of(target, "ask"),
                        notes=(MEANING[estimand_of(target, "ask")], *summary.notes, *whole),
                    )
                    for target, sums in zip(targets, log_sums.totals, strict=True)
                ),
                log_sums,
            )
        share = first_pass.gold / first_pass.audited if first_pass.audited else 0.0
        tasks = _trajectories(log, cut, share, traits, first_pass.recalibration)
        price = prices(delay_usd_per_hour)
        accounts = [Accounts(price, traits.by, audit_usd or 0.0) for _ in targets]
        log_sums = sum_tasks(
            tasks,
            sorted(first_pass.actions),
            first_pass.horizon,
            targets,
            accounts,
            length=first_pass.used,
            grouped=grouped,
        )
        counts = {
            "tasks": log.tasks,
            "pending": pending,
            "cut": log.tasks - first_pass.used - first_pass.stuck,
            "stuck": first_pass.stuck,
            "audited": first_pass.audited,
            "gold": first_pass.gold,
            **log.trouble(),
        }
        blocked = None
        if not first_pass.used:
            blocked = Judgement.refusal("no task is old enough to be certain to have its verdict")
        statements = [
            money_of(account, str(target), level, priced=audit_usd is not None, share=target.share)
            for target, account in zip(targets, accounts, strict=True)
        ]
        summaries = (
            Summary(
                unit="task",
                kind="real",
                sums=sums,
                notes=(*notes_on(target, money, counts, delay_usd_per_hour), *log.notes()),
                counts=counts,
                blocked=blocked,
                money=money,
                estimand=estimand_of(target),
                checked=accuracy_check(money),
            )
            for target, sums, money in zip(targets, log_sums.totals, statements, strict=True)
        )
        return TaskLogSums(tuple(summaries), log_sums)


def _check_target(target: TargetPolicy) -> None:
    if target.column is not None:
        raise BadValue(
            f"target {target}: a poolwise log has no columns: "
            "use uniform, logging, greedy, always:POOL or mix:SHARE:TARGET"
        )
    if target.policy is not None:
        raise BadValue(
            f"target {target}: it doesn't learn, and how many labels it buys can't be evaluated on"
            " a poolwise log: use uniform or always:POOL"
        )


def _look(log: OwnLog, cut: float, traits: Traits) -> _FirstPass:
    first_pass = _FirstPass()
    for history in log.histories():
        first_pass.actions.update(
            *(d.pmf for d in history.decisions), (d.choice for d in history.decisions)
        )
        if history.at > cut:
            continue
        if not history.verdicts:
            first_pass.stuck += 1
            continue
        first_pass.used += 1
        traits.look(history.decisions[0])
        first_pass.horizon = max(first_pass.horizon, len(history.decisions))
        first_pass.stops += any(d.choice == STOP for d in history.decisions)
        given = delivered(history)
        if is_audited(given):
            gold = gold_of(history)
            first_pass.audited += 1
            first_pass.gold += gold is not None
            if gold is not None:
                right = given.answer == gold
                first_pass.recalibration.receive(
                    history.task,
                    given.confidence or 0.0,
                    right=right,
                    weight=1.0 / given.audit_propensity,
                )
    return first_pass


def _trajectories(
    log: OwnLog, cut: float, share: float, traits: Traits, recalibration: Recalibration
) -> Iterator[Trajectory]:
    for history in _before(log, cut):
        own = traits.of(history.decisions[0])
        task = trajectory(history, share, own, recalibration)
        if task is not None:
            yield task


def _before(log: OwnLog, cut: float) -> Iterator[History]:
    """Histories that were first decided about up to `cut`."""
    for history in log.histories():
        if history.at > cut:
            return
        yield history
