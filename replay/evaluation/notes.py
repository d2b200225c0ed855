"""Notes on a table's estimates: what they assume, and what is not known."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bandit.counted import counted
from replay.estimators.shrunk import ShrinkingEstimator
from replay.evaluation.bounded_rewards import limits_note
from replay.intervals.rules import LIMITED, UNLIMITED
from replay.runtime.text import listed
from replay.targets.policy_file import policy_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.estimators.estimator import Estimator
    from replay.numerics.reward_kind import RewardKind
    from replay.tables.columns.roles import Columns
    from replay.tables.time_order import TimeOrder
    from replay.targets.target import TargetPolicy


def notes_on(
    target: TargetPolicy,
    columns: Columns,
    kind: RewardKind,
    only: tuple[str, ...],
    interval: str = "default",
) -> tuple[str, ...]:
    """Say what is known of a target, of what was eligible, and of rewards without a limit."""
    notes = []
    if target.policy is not None:
        notes.append(f"{target} is {policy_label(target.policy)}; it doesn't learn")
    if columns.estimated and not columns.context:
        notes.append(
            "no context column is named (--context): the estimated propensity of an action is its"
            " share of the rows"
        )
    if target.kind == "logging":
        notes.append("the target is the logging policy: every weight is 1, no model is needed")
        return (*notes, *_limits(target, columns, kind, interval))
    if not target.pmf_known and not only:
        notes.append(
            "only the target's probability of the logged action is known, so DM and DR can't be"
            " computed; the default estimator is the self-normalised baseline form"
        )
    elif (
        target.pmf_known and not target.full and columns.actions is None and columns.logged is None
    ):
        notes.append(
            "the log doesn't say which actions were eligible in a row: all actions in the log count"
            " as eligible in every row"
        )
    notes += _limits(target, columns, kind, interval)
    return tuple(notes)


def shrinking_note(estimators: Sequence[Estimator], largest: float | None) -> tuple[str, ...]:
    """Say what estimators that reduce large weights did to these weights; `largest` is one of them.

    Examples
    --------
    >>> from replay.estimators.clipped import Clipped
    >>> for note in shrinking_note([Clipped()], 1.5):
    ...     print(note)
    no weight is above the threshold (M): clipped IPS changed nothing; its interval still allows \
for the weight that is missing where the mean weight is below 1
    """
    shrinking = [each for each in estimators if isinstance(each, ShrinkingEstimator)]
    idle = [each for each in shrinking if largest is not None and each.keeps(largest)]
    active = [each.name for each in shrinking if each not in idle]
    notes = []
    if active:
        reduce, include = (
            ("reduces", "its interval includes")
            if len(active) == 1
            else ("reduce", "their intervals include")
        )
        notes.append(
            f"{listed(active)} {reduce} large weights; {include} the bias of that, if no reward is"
            " outside the range of those seen"
        )
    if idle:
        symbols = " or ".join(each.symbol for each in idle)
        allow = "their intervals still allow" if idle[1:] else "its interval still allows"
        notes.append(
            f"no weight is above the threshold ({symbols}): {listed([each.name for each in idle])}"
            f" changed nothing; {allow} for the weight that is missing where the mean weight is"
            " below 1"
        )
    return tuple(notes)


def order_note(order: TimeOrder, column: str | None, source: Any) -> tuple[str, ...]:
    """Say how many rows are out of the order of their times, what that means, and what to do.

    Examples
    --------
    >>> from replay.tables.time_order import TimeOrder
    >>> order_note(TimeOrder(0.0, 9.0, earlier=3), "at", None)[0][:48]
    '3 rows are earlier (at) than the row before them'
    """
    if not order.earlier or column is None:
        return ()
    way = f"by {column}"
    if isinstance(source, str | os.PathLike) and not Path(source).is_dir():
        query = f'select * from "{source}" order by "{column}"'  # noqa: S608 - only shown
        way = f"--sql {shlex.quote(query)}"
    verb, rows = ("is", "it") if order.earlier == 1 else ("are", "them")
    note = (
        f"{counted(order.earlier, 'row')} {verb} earlier ({column}) than the row before {rows}:"
        " drift and the curve follow the order of the file; if a policy that learns wrote the log,"
        f" sort it first ({way})"
    )
    return (note,)


def _limits(
    target: TargetPolicy, columns: Columns, kind: RewardKind, interval: str
) -> tuple[str, ...]:
    if interval in LIMITED:
        return (limits_note(interval, target, columns),)
    return () if kind == "binary" else (UNLIMITED,)
