"""From the plain values of a configuration to a frozen section, closed to unknown keys."""

from __future__ import annotations

import re
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from bandit.errors import ConfigError, nearest
from bandit.settings import ProjectSettings, Section, Settings, check

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=Section)

SERVICE_SECTIONS = ("log", "worker", "metrics", "logs")
"""Sections of the same file that say how events are carried; `streams` reads them."""

KINDS: Mapping[str, str] = {
    "object": "a table",
    "array": "a list",
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "null": "nothing",
}
"""Kinds of values, by msgspec's names."""

MISSING = re.compile("Object missing required field `(.*)`")
TYPE = re.compile("`([^`]*)`")

_POOL = ": pools are events; feed a Pool with it (poolwise feed)"
_BUDGET = ": budgets are orders; give one with poolwise control"
ELSEWHERE: Mapping[str, str] = {
    **dict.fromkeys(("pool", "pools", "usd_per_label", "capacity_per_hour"), _POOL),
    **dict.fromkeys(("budget", "budgets", "budget_usd"), _BUDGET),
    **dict.fromkeys(("usd_per_day", "usd_per_hour", "usd_total"), _BUDGET),
    "machine": ": it is an order; give it with poolwise control",
    "deadline_at": ": deadlines are of tasks; feed Tasks with them",
}
"""Names that people look for among the settings, and where to say these things."""


def read_core(sections: Mapping[str, object]) -> Settings:
    """Return the core's settings from the sections of a configuration file.

    Raises
    ------
    ConfigError
        If a key is unknown, of a wrong type or out of range.

    Examples
    --------
    >>> read_core({"log": {"group": "cats"}, "policy": {"max_labels": 4}}).policy.max_labels
    4
    """
    core = {name: section for name, section in sections.items() if name not in SERVICE_SECTIONS}
    return check(read_section(core, Settings, also=SERVICE_SECTIONS))


def read_section(given: object, kind: type[S], where: str = "", also: tuple[str, ...] = ()) -> S:
    """Return the section that `given` says; `where` and `also` name it and its siblings in errors.

    Raises
    ------
    ConfigError
        If a key or a name given to one, at any depth, is unknown or of a wrong type.

    Examples
    --------
    >>> from bandit.settings import Settings
    >>> read_section({"policy": {"explore_flor": 0.1}}, Settings)
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: policy.explore_flor is unknown; did you mean 'explore_floor'?
    """
    _refuse_unknown(given, kind, where, also)
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$")
        key = f"{where}{_with_name(given, kind, path.rstrip('`'))}".lstrip(".")
        raise ConfigError(_in_words(key, what)) from error


def _in_words(key: str, what: str) -> str:
    """Say what msgspec says in the words of the documentation."""
    missing = MISSING.fullmatch(what)
    if missing is not None:
        return f"{key}.{missing[1]} is missing".lstrip(".")
    said = TYPE.sub(lambda kinds: _kinds(kinds[1]), what)
    return f"{key}: {said[0].lower()}{said[1:]}" if key else said


def _kinds(names: str) -> str:
    known = [KINDS.get(name, name) for name in names.split(" | ") if name != "null"]
    return " or ".join(known) or KINDS["null"]


def _refuse_unknown(given: object, kind: Any, where: str, also: tuple[str, ...] = ()) -> None:
    names = _names(kind)
    if names and isinstance(given, str) and given not in names:
        raise ConfigError(f"{where} is {given!r}, which is unknown{nearest(given, names)}")
    if get_origin(kind) is tuple and isinstance(given, list):
        for number, value in enumerate(given):
            _refuse_unknown(value, get_args(kind)[0], f"{where}[{number}]")
    if not isinstance(given, dict):
        return
    if get_origin(kind) is dict:
        for name, value in given.items():
            _refuse_unknown(value, get_args(kind)[1], f"{where}.{name}")
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            _refuse_unknown(given, one, where, also)
    elif isinstance(kind, type) and issubclass(kind, Section):
        known = get_type_hints(kind)
        for name, value in given.items():
            key = f"{where}.{name}".lstrip(".")
            if name not in kind.__struct_fields__:
                known_names = (*kind.__struct_fields__, *also)
                elsewhere = ELSEWHERE.get(name) if kind in (Settings, ProjectSettings) else None
                advice = elsewhere or nearest(name, known_names)
                raise ConfigError(f"{key} is unknown{advice}")
            _refuse_unknown(value, known[name], key)


def _with_name(given: Any, kind: Any, path: str) -> str:
    """Return the path of a value of a wrong type, with its name where it says `[...]`."""
    before, gap, after = path.partition("[...]")
    if not gap:
        return path
    for field in before.lstrip(".").split("."):
        given, kind = given[field], get_type_hints(_section(kind))[field]
    if get_origin(kind) is not dict:
        return path
    of_each = get_args(kind)[1]
    for name, value in given.items():
        try:
            msgspec.convert(value, of_each)
        except msgspec.ValidationError:
            return f"{before}.{name}{_with_name(value, of_each, after)}"
    return path


def _section(kind: Any) -> Any:
    """Return the section of a kind that may be `None`, too."""
    return next(
        (one for one in get_args(kind) if isinstance(one, type) and issubclass(one, Section)), kind
    )


def _names(kind: Any) -> tuple[str, ...]:
    """Return the names that a value is one of; none if it isn't a choice of names."""
    if get_origin(kind) is Literal:
        return get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        return tuple(name for one in get_args(kind) for name in _names(one))
    return ()
