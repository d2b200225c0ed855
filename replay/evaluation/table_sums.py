"""Sums of a table under each target, and the notes and checks that go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from replay.checks.copies import on_copies
from replay.checks.late_rewards import on_late_rewards
from replay.checks.left_out import left_out
from replay.evaluation.notes import notes_on, order_note, shrinking_note
from replay.evaluation.single_pass import NOTE
from replay.results.summary import Summary
from replay.tables.values.times import common

if TYPE_CHECKING:
    from replay.aggregate.question import Question
    from replay.aggregate.two_pass import LogSums
    from replay.checks.check_result import CheckResult
    from replay.evaluation.options import EvaluateOptions
    from replay.propensities.estimate import EstimatedPropensities
    from replay.stats.design_effect import DesignEffect
    from replay.tables.columns.roles import Columns
    from replay.tables.survey import Survey
    from replay.targets.target import TargetPolicy


class TableSums(NamedTuple):
    """What a table was found to hold, what was asked of it, the sums, and estimated chances.

    `design` is the design effect of a column that looks like ids, if there is one; `crossed` says
    whether rows are correlated by a second column besides their clusters.
    """

    survey: Survey
    question: Question
    log_sums: LogSums
    estimated: EstimatedPropensities | None = None
    design: DesignEffect | None = None
    crossed: tuple[CheckResult, ...] = ()


def summaries(
    source: Any,
    table: TableSums,
    columns: Columns,
    notes: tuple[str, ...],
    only: tuple[str, ...],
    options: EvaluateOptions,
) -> list[tuple[TargetPolicy, Summary]]:
    """Put each target's sums together with what is to be said about them."""
    survey, question, log_sums, estimated, design, crossed = table
    made = () if estimated is None else (estimated.note(),)
    quick = () if question.actions else (NOTE,)
    pairs = []
    for target, sums in zip(question.targets, log_sums.totals, strict=True):
        own = notes_on(target, columns, question.kind, only, options["interval"])
        if not only:
            own += shrinking_note(sums.estimators, sums.diagnostics().max_weight)
        summary = Summary(
            "row",
            question.kind,
            sums,
            (*made, *notes, *own, *order_note(survey.order, columns.time, source), *quick),
            unusable=survey.unusable,
            actions=question.actions,
            estimated="" if estimated is None else estimated.finding(),
            zone=common(survey.zones),
            order=log_sums.order,
            design=design,
            imbalance=log_sums.imbalance,
            checked=(
                *left_out(survey.unusable.rows, survey.rows),
                *on_copies(log_sums.copies),
                *on_late_rewards(survey.zeros, survey.rows, log_sums.order),
                *crossed,
            ),
            scale=question.scale,
            reward=columns.reward.text,
        )
        pairs.append((target, summary))
    return pairs
