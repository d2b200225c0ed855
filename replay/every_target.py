"""All targets that are asked about, on whatever the log is kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from bandit.errors import BadValue, InputError, nearest
from replay.answer import Comparison, Difference, Evaluation
from replay.answering import answer, difference_of
from replay.estimators.registry import named_estimators
from replay.fold import Fold
from replay.intervals.rules import GROUPED, LADDERED, rule_called
from replay.jobs import workers
from replay.learner_options import check_learners
from replay.learners import Around, of_learners
from replay.learning.reading import hold_own, hold_table
from replay.notes import notes_on
from replay.quick import NOTE
from replay.source import opened, own_log
from replay.table_fold import fold_table
from replay.tables.find_columns import find_columns
from replay.tables.survey import survey
from replay.target import parse_target
from replay.together import family_level, joint_levels

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from replay.options import Options
    from replay.table_fold import FoldedTable
    from replay.tables.columns import Columns
    from replay.tables.survey import Survey
    from replay.tables.table import Table
    from replay.target import Target

    Found: TypeAlias = tuple[list[Evaluation], list[Difference]]

ENGINES = ("local", "spark")


def answers(source: Any, targets: Iterable[str | Path], options: Options) -> Comparison:
    """Answer every target: those that learn walk the log side by side, others are summed up.

    Raises
    ------
    InputError, ConfigError
        As `replay.evaluate.evaluate` says.
    """
    level = options.level
    if not 0 < level < 1:
        raise BadValue(f"level is {level:g}, must be between 0 and 1")
    if (source is None) == (options.sql is None):
        raise InputError("name either a log or a query (--sql), one of them")
    _check_engine(source, options)
    asked = [parse_target(str(name)) for name in targets]
    rule_called(options.interval)
    named_estimators(options.estimators)
    check_learners(asked, options)
    learning = [one for one in asked if one.learns]
    others = [one for one in asked if not one.learns]
    own = own_log(source)
    if own is not None:
        if options.estimate_propensities:
            raise InputError(f"{own}: has its propensities: leave out --estimate-propensities")
        summed = [_summed_own(own, one, options) for one in others], list[Difference]()
        walked = _walked_own(own, learning, len(asked), options)
    else:
        with opened(source, options.sql) as table:
            columns, notes = find_columns(table, options.wanted(asked))
            summed, found = _summed(table, columns, notes, others, len(asked), options)
            walked = _walked(table, columns, notes, learning, len(asked), found, options)
    ordinary, learners = iter(summed[0]), iter(walked[0])
    every = tuple(next(learners if one.learns else ordinary) for one in asked)
    return Comparison(every, (*summed[1], *walked[1]))


def _summed(
    table: Table,
    columns: Columns,
    notes: tuple[str, ...],
    targets: Sequence[Target],
    many: int,
    options: Options,
) -> tuple[Found, Survey]:
    """Sum a table up under targets, `many` with those that learn; what a survey of it found."""
    if not targets:
        with workers(options.jobs if table.parallel else 1) as run:
            tell = options.tell if options.jobs == 1 or not table.parallel else None
            return ([], []), survey(table, columns, tell, strict=options.strict, run=run)
    only = named_estimators(options.estimators)
    folded = fold_table(
        table,
        columns,
        targets,
        only=only,
        grouped=len(targets) > 1 or bool(options.by) or options.interval in GROUPED,
        laddered=options.interval in LADDERED,
        jobs=options.jobs,
        engine=options.engine,
        strict=options.strict,
        tell=options.tell,
    )
    level = family_level(options.level, len(targets), many)
    return _answered(folded, columns, notes, level, options), folded.found


def _answered(
    table: FoldedTable, columns: Columns, notes: tuple[str, ...], level: float, options: Options
) -> Found:
    survey, question, folded, estimated = table
    rule, only = rule_called(options.interval), named_estimators(options.estimators)
    joint = joint_levels(folded, level)
    made = () if estimated is None else (estimated.note(),)
    found = []
    for at, (one, sums) in enumerate(zip(question.targets, folded.totals, strict=True)):
        said = (*made, *notes, *notes_on(one, columns, question.kind, only))
        if not question.actions:
            said = (*said, NOTE)
        fold = Fold(
            "row",
            question.kind,
            sums,
            said,
            unusable=survey.unusable,
            actions=question.actions,
            estimated="" if estimated is None else estimated.finding(),
        )
        slices = {key: each[at] for key, each in folded.slices.items()}
        found.append(
            answer(
                fold,
                str(one),
                options.level,
                rule,
                joint=joint.targets,
                joint_slices=joint.slices,
                slices=slices,
            )
        )
    differences = []
    for at, sums in folded.differences.items():
        refused = found[at].refused or found[0].refused
        estimate = None if refused else difference_of(sums, joint.differences, rule)
        differences.append(Difference(found[at].target, found[0].target, estimate))
    return found, differences


def _walked(
    table: Table,
    columns: Columns,
    notes: tuple[str, ...],
    targets: Sequence[Target],
    many: int,
    found: Survey,
    options: Options,
) -> Found:
    if not targets:
        return [], []
    held = hold_table(table, columns, found, options.tell)
    level = family_level(options.level, len(targets), many)
    if not columns.context:
        notes += ("no context is named (--context): learners choose one action for all rows",)
    around = Around("row", options.level, level, many > len(targets), notes, found.unusable)
    return of_learners(held, targets, options.walking(), around, options.tell)


def _summed_own(path: Path, target: Target, options: Options) -> Evaluation:
    from replay.own.fold import fold_own_log  # noqa: PLC0415 - only our own log needs it

    fold = fold_own_log(
        path,
        target,
        options.delay_usd_per_hour,
        options.tell,
        by=options.by,
        audit_usd=options.audit_usd,
        level=options.level,
    )
    return answer(fold, str(target), options.level, rule_called(options.interval))


def _walked_own(path: Path, targets: Sequence[Target], many: int, options: Options) -> Found:
    if not targets:
        return [], []
    held, notes = hold_own(path, options.tell)
    level = family_level(options.level, len(targets), many)
    around = Around("ask", options.level, level, many > len(targets), notes)
    return of_learners(held, targets, options.walking(), around, options.tell)


def _check_engine(source: Any, options: Options) -> None:
    if options.engine not in ENGINES:
        raise BadValue(f"unknown engine {options.engine!r}{nearest(options.engine, ENGINES)}")
    if options.engine == "local":
        return
    if options.sql is not None:
        raise InputError(
            "--engine spark: a query's result is a file of this machine alone: let Spark"
            " write the table, and evaluate that"
        )
    if options.jobs > 1:
        raise InputError("--engine spark: its executors are the jobs: leave out --jobs")
    if own_log(source) is not None:
        raise InputError(f"{source}: our own log is read by one process: leave out --engine spark")
