"""Fold a table of decisions into the sums of every estimator, under every target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue
from replay.groups import GROUPS
from replay.intervals.rules import LADDERED
from replay.jobs import workers
from replay.limits import check_limits
from replay.models.features import Features
from replay.passes import Folded, Question, fold_source
from replay.quick import fold_quick, is_quick
from replay.spark import for_executors, spark_workers
from replay.tables.checked import read_rows
from replay.tables.survey import survey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.jobs import Run
    from replay.propensities.estimate import Estimated
    from replay.tables.columns import Columns
    from replay.tables.piece import Piece
    from replay.tables.rows import Rows
    from replay.tables.survey import Survey
    from replay.tables.table import Table
    from replay.target import Target


class FoldedTable(NamedTuple):
    """What a table was found to hold, what was asked of it, the sums, and estimated chances."""

    found: Survey
    question: Question
    folded: Folded
    estimated: Estimated | None = None


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A table whose actions are known, to be read again.

    `grouped` deals rows out in groups; `estimated` has the chances that the table lacks.
    """

    pieces: tuple[Piece, ...]
    columns: Columns
    actions: tuple[str, ...]
    grouped: bool = False
    tell: Callable[[int], None] | None = None
    estimated: Estimated | None = None

    def read(self, piece: Piece) -> Iterator[Rows]:
        for rows in self._filled(piece):
            if self.grouped and rows.group is None and rows.index is not None:
                yield replace(rows, group=rows.index % GROUPS)
            else:
                yield rows
            if self.tell is not None:
                self.tell(len(rows))

    def as_logged(self, piece: Piece) -> Iterator[Rows]:
        return read_rows(piece, self.columns, self.actions)

    def _filled(self, piece: Piece) -> Iterator[Rows]:
        for rows in self.as_logged(piece):
            if self.estimated is None:
                yield rows
            else:
                yield from self.estimated.fill(rows)

    def to_learn(self, piece: Piece) -> Iterator[Rows]:
        return read_rows(piece, self.columns.to_learn(), self.actions)


def fold_table(
    table: Table,
    columns: Columns,
    targets: Sequence[Target],
    *,
    only: tuple[str, ...] = (),
    grouped: bool = False,
    interval: str = "default",
    jobs: int = 1,
    engine: str = "local",
    strict: bool = False,
    tell: Callable[[int], None] | None = None,
) -> FoldedTable:
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
        Processes that read at the same time, where the table can be read by others.
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
                f"target {target}: needs the logging policy's chances of all actions (--logged)"
            )
        if target.kind == "mix":
            raise BadValue(
                f"target {target}: is for our own log; in a table, put the target's chances into"
                " columns (columns:PREFIX)"
            )
    if engine == "spark":
        table, start = for_executors(table), spark_workers()
    else:
        start = workers(jobs if table.parallel else 1)
    alone = engine == "local" and (jobs == 1 or not table.parallel)
    here = tell if alone else None
    with start as run:
        laddered = interval in LADDERED
        if not (grouped or laddered) and is_quick(only, targets, columns):
            quick = fold_quick(table, columns, targets, only, run, strict=strict, tell=here)
            question = _question(quick.survey, columns, targets, only)
            check_limits(interval, columns, question.kind, table.name)
            return FoldedTable(quick.survey, question, Folded(quick.totals))
        found = survey(table, columns, here, strict=strict, run=run)
        check_limits(interval, columns, found.reward_kind, table.name)
        question = replace(_question(found, columns, targets, only), laddered=laddered)
        pieces = table.numbered(found.pieces).pieces
        source = Surveyed(pieces, columns, found.actions, grouped, here)
        if columns.estimated:
            estimated = _estimate(source, question, run)
            source = replace(source, estimated=estimated)
            question = replace(question, floor=estimated.floor)
        folded = fold_source(source, question, run)
        return FoldedTable(found, question, folded, source.estimated)


def _estimate(source: Surveyed, question: Question, run: Run) -> Estimated:
    from replay.propensities.estimate import estimate  # noqa: PLC0415 - scipy's optimizers: 25 MB

    return estimate(
        source.as_logged,
        source.pieces,
        question.features,
        len(question.actions),
        question.length,
        run,
    )


def _question(
    found: Survey, columns: Columns, targets: Sequence[Target], only: tuple[str, ...]
) -> Question:
    whole = {name for name, _ in columns.target_pmfs}
    targets = [replace(target, full=target.column in whole) for target in targets]
    for target in targets:
        target.check_action(found.actions)
    return Question(
        found.actions,
        found.reward_kind,
        Features.of(found.actions, found.context),
        tuple(targets),
        tuple(target.pmf_known for target in targets),
        sum(found.pieces.values()),
        clustered=columns.cluster is not None,
        only=only,
        limits=columns.reward.limits,
    )
