"""Targets of an evaluation, those that learn and others, and the level of the intervals of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bandit.errors import BadValue, InputError, nearest
from replay.aggregate.joint_levels import family_level
from replay.estimators.registry import named_estimators
from replay.evaluation.learning_options import check_learners
from replay.evaluation.sources import own_log
from replay.intervals.rules import rule_called
from replay.results.evaluation import Comparison
from replay.targets.target import parse_target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from replay.evaluation.options import EvaluateOptions
    from replay.targets.target import TargetPolicy

ENGINES = ("local", "spark")
MOST_SURE = 1 - 1e-9
"""Highest level: beyond it tails of distributions are lost to rounding."""

NOTHING = Comparison((), ())
"""The answer where no target of a kind is asked about."""


class EvaluationRequest(NamedTuple):
    """All targets in order; those that learn and others, and the level of each kind's intervals."""

    every: tuple[TargetPolicy, ...]
    learning: tuple[TargetPolicy, ...]
    others: tuple[TargetPolicy, ...]
    learning_level: float
    others_level: float

    def in_order(self, of_others: Comparison, of_learning: Comparison) -> Comparison:
        """Put the answers of both kinds into the order of the targets."""
        ordinary, learners = iter(of_others.evaluations), iter(of_learning.evaluations)
        evaluations = tuple(next(learners if target.learns else ordinary) for target in self.every)
        return Comparison(evaluations, (*of_others.differences, *of_learning.differences))


def read_question(
    source: Any, targets: Iterable[str | Path], options: EvaluateOptions
) -> EvaluationRequest:
    """Read the targets, and refuse options that don't go together.

    Raises
    ------
    InputError, ConfigError
        If a target or an option can't be used.
    """
    level = options["level"]
    if not 0 < level < 1:
        raise BadValue(f"level is {level:g}, must be between 0 and 1")
    if level > MOST_SURE:
        raise BadValue(f"level is {level!r}, must be at most {MOST_SURE!r}")
    if (source is None) == (options["sql"] is None):
        raise InputError("give either a log or a query (--sql)")
    _check_engine(source, options)
    every = tuple(parse_target(str(name)) for name in targets)
    rule_called(options["interval"])
    named_estimators(options["estimators"])
    check_learners(every, options)
    learning = tuple(target for target in every if target.learns)
    others = tuple(target for target in every if not target.learns)
    many = len(every)
    return EvaluationRequest(
        every,
        learning,
        others,
        family_level(level, len(learning), many),
        family_level(level, len(others), many),
    )


def _check_engine(source: Any, options: EvaluateOptions) -> None:
    engine = options["engine"]
    if engine not in ENGINES:
        raise BadValue(f"unknown engine {options['engine']!r}{nearest(options['engine'], ENGINES)}")
    if engine == "local":
        return
    if options["sql"] is not None:
        raise InputError(
            "--engine spark: the result of a query is a file on this machine only: write the table"
            " with Spark, and evaluate that"
        )
    if options["jobs"] > 1:
        raise InputError("--engine spark: its executors are the jobs: leave out --jobs")
    if own_log(source) is not None:
        raise InputError(
            f"{source}: a poolwise log is read by one process: leave out --engine spark"
        )
