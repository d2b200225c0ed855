"""Targets that don't learn, on a table: summed up together, and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from replay.aggregate.joint_levels import joint_levels
from replay.checks.copies import on_copies
from replay.checks.left_out import left_out
from replay.estimators.registry import named_estimators
from replay.evaluation.notes import notes_on, order_note
from replay.evaluation.result import answer, compared
from replay.evaluation.single_pass import NOTE
from replay.evaluation.table_sums import fold_table
from replay.intervals.rules import GROUPED, LIMITED, rule_called
from replay.results.summary import Fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from replay.evaluation.options import Options
    from replay.evaluation.table_sums import FoldedTable
    from replay.results.evaluation import Comparison, Evaluation
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.tables.survey import Survey
    from replay.targets.target import Target


def summed(
    source: Any,
    table: Table,
    columns: Columns,
    notes: tuple[str, ...],
    targets: Sequence[Target],
    level: float,
    options: Options,
) -> tuple[Comparison, Survey]:
    """Answer targets from a table, and return what a survey of it found.

    Parameters
    ----------
    source
        What the table was opened from.
    table, columns, notes
        The log, its columns, and how they were found.
    targets
        What is asked; at least one.
    level
        At which all of their intervals hold together.
    options
        All else.

    Raises
    ------
    InputError
        If the log or a value in it can't be used.
    """
    rule, limited = rule_called(options.interval), options.interval in LIMITED
    only = named_estimators(options.estimators) or (("IPS",) if limited else ())
    found = fold_table(
        table,
        columns,
        targets,
        only=only,
        grouped=len(targets) > 1 or bool(options.by) or options.interval in GROUPED,
        interval=options.interval,
        jobs=options.jobs,
        engine=options.engine,
        strict=options.strict,
        tell=options.tell,
    )
    joint = joint_levels(found.folded, level, limited=limited)
    each: list[Evaluation] = []
    for at, (target, fold) in enumerate(_folds(source, found, columns, notes, only, options)):
        slices = {key: sums[at] for key, sums in found.folded.slices.items()}
        each.append(
            answer(
                fold,
                str(target),
                options.level,
                rule,
                joint=joint.targets,
                joint_slices=joint.slices,
                slices=slices,
            )
        )
    comparison = compared(
        each, found.folded, joint.differences, rule, found.question.scale, apart=limited
    )
    return comparison, found.found


def _folds(
    source: Any,
    table: FoldedTable,
    columns: Columns,
    notes: tuple[str, ...],
    only: tuple[str, ...],
    options: Options,
) -> list[tuple[Target, Fold]]:
    """Put each target's sums together with what is to be said about them."""
    survey, question, folded, estimated, design, crossed = table
    made = () if estimated is None else (estimated.note(),)
    quick = () if question.actions else (NOTE,)
    found = []
    for target, sums in zip(question.targets, folded.totals, strict=True):
        own = notes_on(target, columns, question.kind, only, options.interval)
        fold = Fold(
            "row",
            question.kind,
            sums,
            (*made, *notes, *own, *order_note(survey.order, columns.time, source), *quick),
            unusable=survey.unusable,
            actions=question.actions,
            estimated="" if estimated is None else estimated.finding(),
            zone=next(iter(survey.zones), ""),
            order=folded.order,
            design=design,
            imbalance=folded.imbalance,
            checked=(
                *left_out(survey.unusable.rows, survey.rows),
                *on_copies(folded.copies),
                *crossed,
            ),
            scale=question.scale,
        )
        found.append((target, fold))
    return found
