"""Answers from our own log: every target that doesn't learn, and how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import InputError
from replay.aggregate.joint_levels import joint_levels
from replay.evaluation.result import answer, compared
from replay.intervals.rules import GROUPED, LIMITED, rule_called
from replay.task_log.log_summary import fold_own_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from replay.evaluation.options import Options
    from replay.results.evaluation import Comparison
    from replay.targets.target import Target


def own_answers(
    path: Path, targets: Sequence[Target], level: float, options: Options
) -> Comparison:
    """Answer all targets from an embedded log or an archive; together they hold at `level`.

    Raises
    ------
    InputError
        If the log can't be used.
    """
    rule = rule_called(options.interval)
    folds, folded = fold_own_log(
        path,
        targets,
        options.delay_usd_per_hour,
        options.tell,
        by=options.by,
        audit_usd=options.audit_usd,
        level=options.level,
        grouped=len(targets) > 1 or options.interval in GROUPED,
    )
    joint = joint_levels(folded, level)
    found = [
        answer(fold, str(target), options.level, rule, joint=joint.targets)
        for fold, target in zip(folds, targets, strict=True)
    ]
    return compared(found, folded, joint.differences, rule)


def check_options(path: Path, options: Options) -> None:
    """Refuse options that are for tables alone.

    Raises
    ------
    InputError
        If there is one; it says what to do.
    """
    given = options.of_tables()
    if given:
        raise InputError(f"{path}: our own log has no columns: leave out {', '.join(given)}")
    if options.estimate_propensities:
        raise InputError(f"{path}: has its propensities: leave out --estimate-propensities")
    if options.reward_range is not None:
        raise InputError(
            f"{path}: what a task of our own log earns is no column: leave out --reward-range"
        )
    if options.interval in LIMITED:
        raise InputError(
            f"{path}: --interval {options.interval} is for tables whose reward has a declared range"
            " (--reward-range): take --interval default"
        )
