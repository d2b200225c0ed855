"""Evaluation of a table: a survey, then sums under every target, or replays of those that learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bandit.errors import InputError
from replay.aggregate.joint_levels import joint_levels
from replay.estimators.registry import named_estimators
from replay.evaluation.arguments import wanted_columns
from replay.evaluation.request import NOTHING
from replay.evaluation.result import answer, compared
from replay.evaluation.sources import opened
from replay.evaluation.sum_table import sum_table
from replay.evaluation.table_sums import summaries
from replay.intervals.rules import GROUPED, LIMITED, rule_called
from replay.runtime.parallel import workers
from replay.tables.columns.find_columns import find_columns
from replay.tables.survey import survey
from replay.task_log.archived_rewards import archived_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.evaluation.options import EvaluateOptions
    from replay.evaluation.request import EvaluationRequest
    from replay.results.evaluation import Comparison, Evaluation
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.tables.survey import Survey
    from replay.targets.target import TargetPolicy


def answer_table(
    source: Any, request: EvaluationRequest, options: EvaluateOptions
) -> tuple[Comparison, Comparison]:
    """Answer the targets that don't learn, and those that do.

    Raises
    ------
    InputError
        If the log or a value in it can't be used.
    """
    if options["delay_usd_per_hour"] or options["audit_usd"] is not None:
        raise InputError(
            "--delay-usd-per-hour and --audit-usd are for poolwise's own logs: in a table, put"
            ' prices into the reward (--reward "quality - 0.5*usd")'
        )
    with opened(source, options["sql"]) as table:
        columns, notes = find_columns(
            table, wanted_columns(options, (*request.others, *request.learning))
        )
        notes += archived_note(table.columns)
        surveyed, of_others = None, NOTHING
        if request.others:
            of_others, surveyed = _summed(
                source, table, columns, notes, request.others, request.others_level, options
            )
        if not request.learning:
            return of_others, NOTHING
        from replay.evaluation.learning_targets import of_table  # noqa: PLC0415 - only learners need it

        if surveyed is None:
            alone = options["jobs"] == 1 or not table.parallel
            tell = options["tell"] if alone else None
            with workers(1 if alone else options["jobs"]) as run:
                surveyed = survey(table, columns, tell, strict=options["strict"], run=run)
        return of_others, of_table(
            table,
            columns,
            notes,
            surveyed,
            request.learning,
            options,
            level=request.learning_level,
            others=bool(request.others),
        )


def _summed(
    source: Any,
    table: Table,
    columns: Columns,
    notes: tuple[str, ...],
    targets: Sequence[TargetPolicy],
    level: float,
    options: EvaluateOptions,
) -> tuple[Comparison, Survey]:
    """Answer targets that don't learn, together at `level`; return what a survey found, too."""
    rule, limited = rule_called(options["interval"]), options["interval"] in LIMITED
    only = named_estimators(options["estimators"]) or (("IPS",) if limited else ())
    sums = sum_table(
        table,
        columns,
        targets,
        only=only,
        grouped=len(targets) > 1 or bool(options["by"]) or options["interval"] in GROUPED,
        interval=options["interval"],
        jobs=options["jobs"],
        engine=options["engine"],
        strict=options["strict"],
        tell=options["tell"],
    )
    joint = joint_levels(sums.log_sums, level, limited=limited)
    each: list[Evaluation] = []
    for at, (target, summary) in enumerate(summaries(source, sums, columns, notes, only, options)):
        slices = {key: totals[at] for key, totals in sums.log_sums.slices.items()}
        each.append(
            answer(
                summary,
                str(target),
                options["level"],
                rule,
                joint=joint.targets,
                joint_slices=joint.slices,
                slices=slices,
            )
        )
    comparison = compared(
        each, sums.log_sums, joint.differences, rule, sums.question.scale, apart=limited
    )
    return comparison, sums.survey
