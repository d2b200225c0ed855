"""Arguments of `evaluate` and `compare` as users give them, checked and in one form."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from bandit.errors import BadValue
from replay.evaluation.bounded_rewards import checked_range
from replay.evaluation.options import EvaluateOptions
from replay.learning.config import Walking
from replay.runtime.arguments import STRINGS, as_tuple, check_name, refuse, several
from replay.runtime.declared_options import filled
from replay.tables.columns.roles import ColumnOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from replay.learning.options import LearnerOptions
    from replay.targets.target import TargetPolicy

Column = Literal["action", "reward", "propensity", "logged", "actions", "cluster", "time"]

LISTS: tuple[Literal["context", "by", "estimators"], ...] = ("context", "by", "estimators")
"""Options that take one name or several."""

COLUMNS: tuple[Column, ...] = get_args(Column)
"""Options that take one name or none."""


def checked_options(given: EvaluateOptions) -> EvaluateOptions:
    """Put the options of `evaluate` in one form, with the defaults of those that are not given.

    Raises
    ------
    BadValue
        If one is of a type that can't be used; the message names it.
    TypeError
        If there is no such option.

    Examples
    --------
    >>> options = checked_options({"context": "user"})
    >>> options["context"], options["level"]
    (('user',), 0.95)
    """
    options = filled(EvaluateOptions, given)
    check_columns(options)
    for option in LISTS:
        options[option] = several(option, options[option])
    check_name("interval", options["interval"], "the name of an interval")
    options["reward_range"] = checked_range(options["reward_range"])
    return options


def check_columns(options: Mapping[str, Any]) -> None:
    """Check those options that take the name of a column, of `evaluate` or of `tune`.

    Raises
    ------
    BadValue
        If one is no string; the message names it.

    Examples
    --------
    >>> check_columns({"action": 3})
    Traceback (most recent call last):
        ...
    bandit.errors.BadValue: action is 3, must be the name of a column
    """
    for column in COLUMNS:
        check_name(column, options.get(column), "the name of a column")


def wanted_columns(options: EvaluateOptions, targets: Sequence[TargetPolicy]) -> ColumnOptions:
    """Return the columns that `checked_options` names."""
    return ColumnOptions(
        action=options["action"],
        reward=options["reward"],
        reward_range=cast("tuple[float, float] | None", options["reward_range"]),
        propensity=options["propensity"],
        logged=options["logged"],
        estimate=options["estimate_propensities"],
        actions=options["actions"],
        targets=tuple(target.column for target in targets if target.column is not None),
        context=tuple(options["context"]),
        by=tuple(options["by"]),
        cluster=options["cluster"],
        time=options["time"],
    )


def named_columns(options: EvaluateOptions) -> list[str]:
    """Options given that name columns, which only a table has."""
    names = [f"--{name}" for name in COLUMNS if options[name]]
    return [*names, "--context"] if options["context"] else names


def walking_of(options: LearnerOptions) -> Walking:
    """Return how targets that learn are to be replayed."""
    return Walking(
        options["horizon"],
        options["replays"],
        options["percentile"],
        options["seed"],
        options["worth"],
    )


def several_targets(
    given: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
) -> tuple[str, ...]:
    """Return targets as a tuple of strings; a string or a path is one.

    Raises
    ------
    BadValue
        If there is none, or one is neither.

    Examples
    --------
    >>> several_targets("uniform"), several_targets(["uniform", "logging"])
    (('uniform',), ('uniform', 'logging'))
    """
    names = (
        (given,) if isinstance(given, str | os.PathLike) else as_tuple("targets", given, STRINGS)
    )
    if not names:
        raise BadValue("no target is named: say at least one, such as 'uniform'")
    for name in names:
        if not isinstance(name, str | os.PathLike):
            raise refuse("target", name, "a string or a path")
    return tuple(map(str, names))
