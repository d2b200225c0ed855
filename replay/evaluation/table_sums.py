"""Fold a table of decisions into the sums of every estimator, under every target."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from bandit.errors import BadValue
from replay.aggregate.question import Question
from replay.aggregate.two_pass import Folded, fold_source
from replay.checks.crossed_clusters import crossed_effect, on_crossed
from replay.evaluation.bounded_rewards import check_limits
from replay.evaluation.single_pass import fold_quick, is_quick
from replay.evaluation.spark import for_executors, spark_workers
from replay.intervals.rules import LADDERED, LIMITED
from replay.models.features import Features
from replay.runtime.parallel import threads, workers
from replay.stats.design_effect import largest_effect
from replay.stats.reward_scale import RewardScale
from replay.tables.checked import read_rows
from replay.tables.repeated_ids import crossing_ids, possible_ids
from replay.tables.survey import survey
from replay.tables.values.clusters import GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from replay.checks.finding import Finding
    from replay.propensities.estimate import Estimated
    from replay.runtime.parallel import Run
    from replay.stats.design_effect import DesignEffect
    from replay.tables.columns.roles import Columns
    from replay.tables.formats.piece import Piece
    from replay.tables.formats.table import Table
    from replay.tables.repeated_ids import PossibleId
    from replay.tables.rows import Rows
    from replay.tables.survey import Survey
    from replay.targets.target import Target


class FoldedTable(NamedTuple):
    """What a table was found to hold, what was asked of it, the sums, and estimated chances.

    `design` is the design effect of a column that looks like ids, if there is one; `crossed` says
    whether rows are correlated by a second column besides their clusters.
    """

    found: Survey
    question: Question
    folded: Folded
    estimated: Estimated | None = None
    design: DesignEffect | None = None
    crossed: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A table whose actions are known, to be read again.

    `grouped` deals rows out in groups; `estimated` has the chances that the table lacks; rewards
    are read as `scale` measures them.
    """

    pieces: tuple[Piece, ...]
    columns: Columns
    actions: tuple[str, ...]
    grouped: bool = False
    tell: Callable[[int], None] | None = None
    estimated: Estimated | None = None
    scale: RewardScale = field(default_factory=RewardScale)

    def read(self, piece: Piece) -> Iterator[Rows]:
        for rows in self._measured(self._filled(piece)):
            if self.grouped and rows.group is None and rows.index is not None:
                yield replace(rows, group=rows.index % GROUPS)
            else:
                yield rows
            if self.tell is not None:
                self.tell(len(rows))

    def looking_at(self, possible: tuple[PossibleId, ...]) -> Surveyed:
        """Read these columns too, to see whether rows of one value are correlated."""
        names = tuple(one.column for one in possible)
        return replace(self, columns=replace(self.columns, possible_ids=names))

    def clustered_by(self, name: str) -> Surveyed:
        """Take the values of a column as clusters."""
        return replace(self, columns=replace(self.columns, found_cluster=name))

    def as_logged(self, piece: Piece) -> Iterator[Rows]:
        return read_rows(piece, self.columns, self.actions)

    def _filled(self, piece: Piece) -> Iterator[Rows]:
        for rows in self.as_logged(piece):
            if self.estimated is None:
                yield rows
            else:
                yield from self.estimated.fill(rows)

    def to_learn(self, piece: Piece) -> Iterator[Rows]:
        return self._measured(read_rows(piece, self.columns.to_learn(), self.actions))

    def _measured(self, every: Iterator[Rows]) -> Iterator[Rows]:
        for rows in every:
            yield replace(rows, reward=self.scale.measured(rows.reward))


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
                f"target {target}: needs the logging policy's chances of all actions (--logged)"
            )
        if target.kind == "mix":
            raise BadValue(
                f"target {target}: is for our own log; in a table, put the target's chances into"
                " columns (columns:PREFIX)"
            )
    laddered = interval in LADDERED
    quick = not (grouped or laddered) and is_quick(only, targets, columns, table.columns)
    if engine == "spark":
        table, start = for_executors(table), spark_workers()
    else:
        helpers = threads if table.suits_threads(short=quick) else workers
        start = helpers(jobs if table.parallel else 1)
    alone = engine == "local" and (jobs == 1 or not table.parallel)
    here = tell if alone else None
    with start as run:
        if quick:
            once = fold_quick(table, columns, targets, only, run, strict=strict, tell=here)
            question = _question(once.survey, columns, targets, only)
            check_limits(interval, columns, question.scale.logged_kind, table.name)
            totals = tuple(sums.measured(question.scale) for sums in once.totals)
            return FoldedTable(once.survey, question, Folded(totals))
        found = survey(table, columns, here, strict=strict, run=run)
        check_limits(interval, columns, found.reward_kind, table.name)
        question = _question(found, columns, targets, only)
        question = replace(question, laddered=laddered, predictable=interval == "anytime")
        pieces = table.numbered(found.pieces).pieces
        source = Surveyed(pieces, columns, found.actions, grouped, here, scale=question.scale)
        if columns.estimated:
            estimated = _estimate(source, question, run)
            source = replace(source, estimated=estimated)
            question = replace(question, floor=estimated.floor)
        design, cluster = None, columns.cluster
        looked = possible_ids(table, columns, found.context)
        if cluster is None:
            folded = fold_source(source.looking_at(looked), question, run)
            design = largest_effect([sums.ids for sums in folded.totals], looked)
            if design is not None and design.treated and interval not in LIMITED:
                cluster = design.column
                source = replace(source.clustered_by(cluster), tell=None)
                question = replace(question, clustered=True)
        if cluster is None:
            return FoldedTable(found, question, folded, source.estimated, design)
        looked = crossing_ids(table, columns, found.context, cluster)
        folded = fold_source(source.looking_at(looked), question, run)
        crossed = crossed_effect([sums.ids for sums in folded.totals], looked)
        said = on_crossed(crossed, cluster)
        return FoldedTable(found, question, folded, source.estimated, design, said)


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
    scale = RewardScale.of(found.reward_kind, found.ends, found.rewards)
    return Question(
        found.actions,
        scale.kind,
        Features.of(found.actions, found.context),
        tuple(targets),
        tuple(target.pmf_known for target in targets),
        sum(found.pieces.values()),
        clustered=columns.cluster is not None,
        only=only,
        limits=columns.reward.limits,
        centre=scale.centre,
        timed=columns.time is not None and not found.order.earlier,
        scale=scale,
    )
