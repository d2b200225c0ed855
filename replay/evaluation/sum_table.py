"""Sums of a table under each target: a survey, then the passes that its columns need."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bandit.errors import BadValue
from replay.aggregate.two_pass import LogSums, sum_source
from replay.checks.crossed_clusters import crossed_effect, on_crossed
from replay.evaluation.bounded_rewards import check_limits
from replay.evaluation.single_pass import is_quick, sum_in_one_pass
from replay.evaluation.spark import for_executors, spark_workers
from replay.evaluation.table_source import SurveyedTable, question_of
from replay.evaluation.table_sums import TableSums
from replay.intervals.rules import LIMITED, NEEDS_HISTOGRAM
from replay.runtime.parallel import threads, workers
from replay.stats.design_effect import largest_effect
from replay.tables.repeated_ids import crossing_ids, possible_ids
from replay.tables.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from replay.aggregate.question import Question
    from replay.propensities.estimate import EstimatedPropensities
    from replay.runtime.parallel import Run
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.table import Table
    from replay.targets.target import TargetPolicy


def sum_table(
    table: Table,
    columns: Columns,
    targets: Sequence[TargetPolicy],
    *,
    only: tuple[str, ...] = (),
    grouped: bool = False,
    interval: str = "default",
    jobs: int = 1,
    engine: str = "local",
    strict: bool = False,
    tell: Callable[[int], None] | None = None,
) -> TableSums:
    """Survey a table, then sum it up under each target.

    Parameters
    ----------
    table, columns, targets
        The log, what is what in it, and what is asked.
    only
        Names of the estimators that are wanted; all if there are none.
    grouped
        Whether sums by group of rows are wanted, for bootstraps and joint intervals.
    interval
        How intervals are to be made: some need more sums, some limits of the rewards.
    jobs
        Processes that read at the same time, where the table can be read by others; threads of
        this process where the passes take less time than processes take to start.
    engine
        `local`, or `spark` to have the table read by Spark's executors.
    strict
        Whether a row that can't be used is an error.
    tell
        Called with the number of rows as they are read, by one job.

    Raises
    ------
    BadValue
        If an interval would not hold for such a log; if a target is `greedy` and the log doesn't
        hold the logging policy's distribution, or does an action that the log never names.
    """
    for target in targets:
        if target.kind == "greedy" and columns.logged is None:
            raise BadValue(
                f"target {target}: needs the logging policy's probabilities of all actions"
                " (--logged)"
            )
        if target.kind == "mix":
            raise BadValue(
                f"target {target}: is for poolwise's own logs; in a table, put the target's"
                " probabilities into columns (columns:PREFIX)"
            )
    histogram_kept = interval in NEEDS_HISTOGRAM
    quick = not (grouped or histogram_kept) and is_quick(only, targets, columns, table.columns)
    if engine == "spark":
        table, start = for_executors(table), spark_workers()
    else:
        helpers = threads if table.suits_threads(short=quick) else workers
        start = helpers(jobs if table.parallel else 1)
    alone = engine == "local" and (jobs == 1 or not table.parallel)
    here = tell if alone else None
    with start as run:
        if quick:
            once = sum_in_one_pass(table, columns, targets, only, run, strict=strict, tell=here)
            question = question_of(once.survey, columns, targets, only)
            check_limits(interval, columns, question.scale.logged_kind, table.name)
            totals = tuple(sums.measured(question.scale) for sums in once.totals)
            return TableSums(once.survey, question, LogSums(totals))
        surveyed = survey(table, columns, here, strict=strict, run=run)
        check_limits(interval, columns, surveyed.reward_kind, table.name)
        question = question_of(surveyed, columns, targets, only)
        question = replace(
            question, histogram_kept=histogram_kept, predictable=interval == "anytime"
        )
        pieces = table.numbered(surveyed.pieces).pieces
        source = SurveyedTable(
            pieces, columns, surveyed.actions, grouped, here, scale=question.scale
        )
        if columns.estimated:
            estimated = _estimate(source, question, run)
            source = replace(source, estimated=estimated)
            question = replace(question, floor=estimated.floor)
        design, cluster, copies = None, columns.cluster, 0.0
        looked = possible_ids(table, columns, surveyed.context)
        if cluster is None:
            log_sums = sum_source(source.looking_at(looked), question, run)
            design = largest_effect([sums.ids for sums in log_sums.totals], looked)
            if design is not None and design.treated and interval not in LIMITED:
                cluster = design.column
                source = replace(source.clustered_by(cluster), tell=None)
                question = replace(question, clustered=True)
                copies = log_sums.copies
        if cluster is None:
            return TableSums(surveyed, question, log_sums, source.estimated, design)
        looked = crossing_ids(table, columns, surveyed.context, cluster)
        log_sums = replace(sum_source(source.looking_at(looked), question, run), copies=copies)
        crossed = crossed_effect([sums.ids for sums in log_sums.totals], looked)
        crossing = on_crossed(crossed, cluster)
        return TableSums(
            survey=surveyed,
            question=question,
            log_sums=log_sums,
            estimated=source.estimated,
            design=design,
            crossed=crossing,
        )


def _estimate(source: SurveyedTable, question: Question, run: Run) -> EstimatedPropensities:
    from replay.propensities.estimate import estimate  # noqa: PLC0415 - scipy's optimizers: 25 MB

    return estimate(
        source.as_logged,
        source.pieces,
        question.features,
        len(question.actions),
        question.length,
        run,
    )
