"""All targets that are asked about, on whatever the log is kept in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bandit.errors import BadValue, InputError, nearest
from replay.aggregate.joint_levels import family_level
from replay.estimators.registry import named_estimators
from replay.evaluation.learning_options import check_learners
from replay.evaluation.sources import opened, own_log
from replay.evaluation.table import summed
from replay.intervals.rules import rule_called
from replay.results.evaluation import Comparison
from replay.runtime.parallel import workers
from replay.tables.columns.find_columns import find_columns
from replay.tables.survey import survey
from replay.targets.target import parse_target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from replay.evaluation.options import Options
    from replay.targets.target import Target

ENGINES = ("local", "spark")
MOST_SURE = 1 - 1e-9
"""Highest level: beyond it tails of distributions are lost to rounding."""

NOTHING = Comparison((), ())


class _Asked(NamedTuple):
    """Targets that learn and others, and at which level each kind holds together."""

    learning: tuple[Target, ...]
    others: tuple[Target, ...]
    learning_level: float
    others_level: float


def answers(source: Any, targets: Iterable[str | Path], options: Options) -> Comparison:
    """Answer every target: those that learn walk the log side by side, others are summed up.

    Raises
    ------
    InputError, ConfigError
        As `replay.evaluate` says.
    """
    level = options.level
    if not 0 < level < 1:
        raise BadValue(f"level is {level:g}, must be between 0 and 1")
    if level > MOST_SURE:
        raise BadValue(f"level is {level!r}, must be at most {MOST_SURE!r}")
    if (source is None) == (options.sql is None):
        raise InputError("name either a log or a query (--sql), one of them")
    _check_engine(source, options)
    every = [parse_target(str(name)) for name in targets]
    rule_called(options.interval)
    named_estimators(options.estimators)
    check_learners(every, options)
    learning = tuple(one for one in every if one.learns)
    others = tuple(one for one in every if not one.learns)
    many = len(every)
    asked = _Asked(
        learning,
        others,
        family_level(level, len(learning), many),
        family_level(level, len(others), many),
    )
    own = own_log(source)
    of_others, of_learning = (
        _of_table(source, asked, options) if own is None else _of_own_log(own, asked, options)
    )
    ordinary, learners = iter(of_others.evaluations), iter(of_learning.evaluations)
    found = tuple(next(learners if one.learns else ordinary) for one in every)
    return Comparison(found, (*of_others.differences, *of_learning.differences))


def _of_table(source: Any, asked: _Asked, options: Options) -> tuple[Comparison, Comparison]:
    if options.delay_usd_per_hour or options.audit_usd is not None:
        raise InputError(
            "--delay-usd-per-hour and --audit-usd are for our own log: in a table, put prices into"
            ' the reward (--reward "quality - 0.5*usd")'
        )
    with opened(source, options.sql) as table:
        columns, notes = find_columns(table, options.wanted((*asked.others, *asked.learning)))
        found, of_others = None, NOTHING
        if asked.others:
            of_others, found = summed(
                source, table, columns, notes, asked.others, asked.others_level, options
            )
        if not asked.learning:
            return of_others, NOTHING
        from replay.evaluation.learning_targets import of_table  # noqa: PLC0415 - only learners need it

        if found is None:
            alone = options.jobs == 1 or not table.parallel
            tell = options.tell if alone else None
            with workers(1 if alone else options.jobs) as run:
                found = survey(table, columns, tell, strict=options.strict, run=run)
        return of_others, of_table(
            table,
            columns,
            notes,
            found,
            asked.learning,
            options,
            level=asked.learning_level,
            others=bool(asked.others),
        )


def _of_own_log(path: Path, asked: _Asked, options: Options) -> tuple[Comparison, Comparison]:
    from replay.evaluation.task_log import check_options, own_answers  # noqa: PLC0415 - only our own log

    check_options(path, options)
    of_others = NOTHING
    if asked.others:
        of_others = own_answers(path, asked.others, asked.others_level, options)
    if not asked.learning:
        return of_others, NOTHING
    from replay.evaluation.learning_targets import of_own_log  # noqa: PLC0415 - only learners need it

    learned = of_own_log(
        path,
        asked.learning,
        options,
        level=asked.learning_level,
        others=bool(asked.others),
    )
    return of_others, learned


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
