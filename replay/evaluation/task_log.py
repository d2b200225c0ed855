"""Evaluation of a poolwise log: sums task by task, or replays of targets that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bandit.errors import InputError
from replay.aggregate.joint_levels import joint_levels
from replay.evaluation.arguments import named_columns
from replay.evaluation.request import NOTHING
from replay.evaluation.result import answer, compared
from replay.intervals.rules import GROUPED, LIMITED, rule_called
from replay.task_log.log_summary import sum_task_log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from replay.evaluation.options import EvaluateOptions
    from replay.evaluation.request import EvaluationRequest
    from replay.results.evaluation import Comparison
    from replay.targets.target import TargetPolicy


def answer_task_log(
    path: Path, request: EvaluationRequest, options: EvaluateOptions
) -> tuple[Comparison, Comparison]:
    """Answer the targets that don't learn, and those that do, from an embedded log or an archive.

    Raises
    ------
    InputError
        If the log or an option can't be used.
    """
    _check_options(path, options)
    of_others = NOTHING
    if request.others:
        of_others = _summed(path, request.others, request.others_level, options)
    if not request.learning:
        return of_others, NOTHING
    from replay.evaluation.learning_targets import of_own_log  # noqa: PLC0415 - only learners need it

    learned = of_own_log(
        path,
        request.learning,
        options,
        level=request.learning_level,
        others=bool(request.others),
    )
    return of_others, learned


def _summed(
    path: Path, targets: Sequence[TargetPolicy], level: float, options: EvaluateOptions
) -> Comparison:
    """Answer targets that don't learn; together they hold at `level`."""
    rule = rule_called(options["interval"])
    summaries, log_sums = sum_task_log(
        path,
        targets,
        options["delay_usd_per_hour"],
        options["tell"],
        by=options["by"],
        audit_usd=options["audit_usd"],
        level=options["level"],
        grouped=len(targets) > 1 or options["interval"] in GROUPED,
    )
    joint = joint_levels(log_sums, level)
    evaluations = [
        answer(summary, str(target), options["level"], rule, joint=joint.targets)
        for summary, target in zip(summaries, targets, strict=True)
    ]
    return compared(evaluations, log_sums, joint.differences, rule)


def _check_options(path: Path, options: EvaluateOptions) -> None:
    """Refuse options that are for tables alone.

    Raises
    ------
    InputError
        If there is one; it says what to do.
    """
    given = named_columns(options)
    if given:
        raise InputError(f"{path}: a poolwise log has no columns: leave out {', '.join(given)}")
    if options["estimate_propensities"]:
        raise InputError(
            f"{path}: a poolwise log has its propensities: leave out --estimate-propensities"
        )
    if options["reward_range"] is not None:
        raise InputError(
            f"{path}: the reward of a poolwise log has no declared range: leave out --reward-range"
        )
    interval = options["interval"]
    if interval in LIMITED:
        raise InputError(
            f"{path}: --interval {interval} is for tables whose reward has a declared range"
            " (--reward-range): use --interval default"
        )
