"""Answers from our own log: every target, and how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import InputError
from replay.answering import answer, compared
from replay.intervals.rules import GROUPED, LIMITED
from replay.own.fold import fold_own_log
from replay.together import joint_levels

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from replay.answer import Comparison
    from replay.intervals.evidence import Rule
    from replay.options import Options
    from replay.target import Target


def answers(path: Path, targets: Sequence[Target], rule: Rule, options: Options) -> Comparison:
    """Answer all targets from an embedded log or an archive.

    Raises
    ------
    InputError
        If the log can't be used, or an option is for tables alone.
    """
    _check(path, options)
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
    joint = joint_levels(folded, options.level)
    found = [
        answer(fold, str(target), options.level, rule, joint=joint.targets)
        for fold, target in zip(folds, targets, strict=True)
    ]
    return compared(found, folded, joint.differences, rule)


def _check(path: Path, options: Options) -> None:
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
