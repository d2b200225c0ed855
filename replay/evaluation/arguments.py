"""Arguments of `evaluate` and `compare` as people give them, checked and in one form."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from bandit.errors import BadValue
from replay.evaluation.bounded_rewards import checked_range
from replay.evaluation.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable

LISTS = ("context", "by", "estimators")
"""Options that take one name or several."""

COLUMNS = ("action", "reward", "propensity", "logged", "actions", "cluster", "time")
"""Options that take one name or none."""


def checked_options(**given: Any) -> Options:
    """Put the options of `evaluate` in one form.

    Raises
    ------
    BadValue
        If one is of a type that can't be used; the message names it.

    Examples
    --------
    >>> checked_options(context="user", by=["x", "y"]).context
    ('user',)
    """
    for option in LISTS:
        if option in given:
            given[option] = several(option, given[option])
    for option in COLUMNS:
        name = given.get(option)
        if not isinstance(name, str | None):
            raise BadValue(f"{option} is {name!r}, must be the name of a column")
    level = given.get("level", 0.5)
    if not isinstance(level, int | float):
        raise BadValue(f"level is {level!r}, must be a number between 0 and 1")
    given["reward_range"] = checked_range(given.get("reward_range"))
    return Options(**given)


def several(option: str, given: str | Iterable[str]) -> tuple[str, ...]:
    """Return names as a tuple; a string is one name, never a list of letters.

    Raises
    ------
    BadValue
        If they are no strings.

    Examples
    --------
    >>> several("by", "country"), several("by", ["country", "device"])
    (('country',), ('country', 'device'))
    """
    if isinstance(given, str):
        return (given,)
    names = _listed(option, given)
    for name in names:
        if not isinstance(name, str):
            raise BadValue(f"{option}: {name!r} is not a name, must be a string")
    return names


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
    names = (given,) if isinstance(given, str | os.PathLike) else _listed("targets", given)
    if not names:
        raise BadValue("no target is named: say at least one, such as 'uniform'")
    for name in names:
        if not isinstance(name, str | os.PathLike):
            raise BadValue(f"target is {name!r}, must be a string or a path")
    return tuple(map(str, names))


def _listed(option: str, given: Any) -> tuple[Any, ...]:
    try:
        return tuple(given)
    except TypeError:
        raise BadValue(f"{option} is {given!r}, must be a string or a list of strings") from None
