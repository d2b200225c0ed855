"""Evaluate our own log: by whole tasks, or only the choice of pool where stops were not logged.

Rows are cut by decision time, never by "the verdict is there": if any task is pending, only tasks
that were first decided about longer ago than the longest task took are used, so that quick pools
are not favoured. Why: part 3 of our statistics.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue
from bandit.events import STOP
from replay.fold import Fold
from replay.notes import UNLIMITED
from replay.own.accounts import Accounts
from replay.own.choice_fold import fold_choices
from replay.own.components import prices
from replay.own.histories import OwnLog
from replay.own.statement import money_of
from replay.own.task_fold import fold_tasks
from replay.own.traits import Traits
from replay.own.trajectory import delivered, gold_of, trajectory
from replay.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from replay.own.histories import History
    from replay.own.trajectory import Trajectory
    from replay.passes import Folded
    from replay.target import Target


@dataclass(slots=True)
class _Found:
    """What the first pass over the histories found."""

    actions: set[str] = field(default_factory=set)
    horizon: int = 1
    stops: int = 0
    audited: int = 0
    gold: int = 0
    stuck: int = 0
    used: int = 0


class FoldedLog(NamedTuple):
    """What a log comes down to: under each target, and the sums of all and their differences."""

    folds: tuple[Fold, ...]
    folded: Folded


def fold_own_log(
    path: Path,
    targets: Sequence[Target],
    delay_usd_per_hour: float = 0.0,
    tell: Callable[[int], None] | None = None,
    *,
    by: Sequence[str] = (),
    audit_usd: float | None = None,
    level: float = 0.95,
    grouped: bool = False,
) -> FoldedLog:
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
        found = _look(log, cut, traits)
        pools = sorted(found.actions - {STOP})
        for target in targets:
            target.check_action(pools)
        traits.check()
        if not found.stops:
            fold, folded = fold_choices(log, cut, targets, pending)
            whole = ("slices are of tasks: this log can't be sliced",) if traits.by else ()
            fold = replace(fold, notes=fold.notes + whole)
            return FoldedLog(tuple(replace(fold, sums=sums) for sums in folded.totals), folded)
        share = found.gold / found.audited if found.audited else 0.0
        tasks = _trajectories(log, cut, share, traits)
        price = prices(delay_usd_per_hour)
        accounts = [Accounts(price, traits.by, audit_usd or 0.0) for _ in targets]
        folded = fold_tasks(
            tasks,
            sorted(found.actions),
            found.horizon,
            targets,
            accounts,
            length=found.used,
            grouped=grouped,
        )
        counts = {
            "tasks": log.tasks,
            "pending": pending,
            "cut": log.tasks - found.used - found.stuck,
            "stuck": found.stuck,
            "audited": found.audited,
            "gold": found.gold,
            **log.trouble(),
        }
        blocked = None
        if not found.used:
            blocked = Verdict("cannot answer: no task is old enough to have its verdict for sure")
        folds = (
            Fold(
                "task",
                "real",
                sums,
                _notes(found, counts, delay_usd_per_hour, target) + log.notes(),
                counts,
                blocked,
                money=money_of(account, str(target), level, priced=audit_usd is not None),
            )
            for target, sums, account in zip(targets, folded.totals, accounts, strict=True)
        )
        return FoldedLog(tuple(folds), folded)


def _check_target(target: Target) -> None:
    if target.column is not None:
        raise BadValue(
            f"target {target}: our own log has no columns; "
            "use uniform, logging, greedy or always:POOL"
        )
    if target.policy is not None:
        raise BadValue(
            f"target {target}: it doesn't learn, and how many labels it buys our own log can't be"
            " asked; use uniform or always:POOL"
        )


def _look(log: OwnLog, cut: float, traits: Traits) -> _Found:
    found = _Found()
    for history in log.histories():
        found.actions.update(
            *(d.pmf for d in history.decisions), (d.choice for d in history.decisions)
        )
        if history.at > cut:
            continue
        if not history.verdicts:
            found.stuck += 1
            continue
        found.used += 1
        traits.look(history.decisions[0])
        found.horizon = max(found.horizon, len(history.decisions))
        found.stops += any(d.choice == STOP for d in history.decisions)
        given = delivered(history)
        if given.audited and given.answer is not None:
            found.audited += 1
            found.gold += gold_of(history) is not None
    return found


def _trajectories(log: OwnLog, cut: float, share: float, traits: Traits) -> Iterator[Trajectory]:
    for history in _before(log, cut):
        task = trajectory(history, share, traits.of(history.decisions[0]))
        if task is not None:
            yield task


def _before(log: OwnLog, cut: float) -> Iterator[History]:
    """Histories that were first decided about up to `cut`."""
    for history in log.histories():
        if history.at > cut:
            return
        yield history


def _notes(found: _Found, counts: dict[str, int], delay: float, target: Target) -> tuple[str, ...]:
    notes = [
        "the unit is the task: worth × quality of its verdict, less dollars"
        + (f" and ${delay:g} per hour of delay" if delay else "; delay costs nothing here"),
        UNLIMITED,
    ]
    if target.kind == "uniform":
        notes.append("uniform draws among all that was eligible, stopping included")
    if target.kind == "greedy":
        notes.append("greedy is the logging policy without its exploring: what exploring cost")
    if found.gold:
        notes.append(
            f"quality is the verdict's confidence corrected by gold on {found.gold} audited tasks"
        )
    else:
        notes.append(
            "quality is agreement (the verdict's confidence): nothing was audited by gold, so"
            " accuracy is unknown"
        )
    if 0 < found.gold < found.audited:
        notes.append(
            f"gold of {found.audited - found.gold} audited tasks hasn't come; those are taken to"
            " be like the others"
        )
    if counts["pending"]:
        notes.append(
            f"{counts['pending']} tasks are pending: only tasks first decided about longer ago"
            f" than the longest one took are used, {counts['cut']} younger ones are not"
        )
    if found.stuck:
        notes.append(f"{found.stuck} tasks should have a verdict by now and have none")
    return tuple(notes)
