"""Ranges of the settings that are searched, from a file or as by default.

[ranges]                          # both ends included
rate = [5.0, 50.0]
second_opinion = [0.2, 0.9]

[[candidate]]                     # settings that are tried in any case, keys of [policy]
lookahead_labels = 2
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from bandit.decide.policies.policy import make
from bandit.errors import ConfigError, MissingInput, nearest
from bandit.sections import read_section
from bandit.settings import PolicySettings, Section, Settings, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Reals = tuple[float, float]
Whole = tuple[int, int]

LOGARITHMIC = frozenset({"rate", "explore_floor", "stop_floor", "check_share"})
"""Ranges that are searched on a logarithmic scale: what counts there is the factor."""


class Ranges(Section, frozen=True):
    """Where each setting of [policy] is searched: low and high end, or a list of choices."""

    rate: Reals = (2.0, 200.0)  # a tenth and ten times the default
    explore_floor: Reals = (0.005, 0.1)  # less leaves pools that no log can evaluate
    stop_floor: Reals = (0.002, 0.05)  # the same of stopping
    second_opinion: Reals = (0.05, 1.0)
    check_share: Reals = (0.01, 0.5)
    lookahead_labels: Whole = (1, 5)  # all that the engine takes
    max_labels: Whole = (3, 15)
    escalate: tuple[bool, ...] = (False, True)


SETTINGS = Ranges.__struct_fields__
"""Keys of [policy] that can be searched."""


class RangesFile(Section, frozen=True):
    """A file of ranges, and of candidates that are tried in any case."""

    ranges: Ranges = Ranges()
    candidate: tuple[PolicySettings, ...] = ()


def read_ranges(path: Path) -> RangesFile:
    """Read ranges and candidates from a TOML file.

    Raises
    ------
    MissingInput
        If there is no such file.
    ConfigError
        If it isn't TOML, or a key is unknown, of a wrong type or out of range.
    """
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder, not a file")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        if "grid" in content:
            raise ConfigError(
                "[grid] is for logs; with --market, name ranges in [ranges] or settings in"
                " [[candidate]]"
            )
        file = read_section(content, RangesFile)
        for candidate in file.candidate:
            check(Settings(policy=candidate))
            make(candidate)  # which refuses explorers that workers don't have
    except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return file


def check_varied(names: Sequence[str]) -> tuple[str, ...]:
    """Return the keys that are searched, all of them if none is named.

    Raises
    ------
    ConfigError
        If one can't be searched.

    Examples
    --------
    >>> check_varied(["rate", "max_label"])
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: setting 'max_label' can't be searched; did you mean 'max_labels'?
    """
    for name in names:
        if name not in SETTINGS:
            raise ConfigError(f"setting {name!r} can't be searched{nearest(name, SETTINGS)}")
    return tuple(name for name in SETTINGS if name in names or not names)


def check_ranges(ranges: Ranges, base: PolicySettings) -> Ranges:
    """Return ranges whose ends are settings that the engine takes beside those of `base`.

    Raises
    ------
    ConfigError
        If a list is empty, an end is out of range, or the ends are turned.

    Examples
    --------
    >>> check_ranges(Ranges(explore_floor=(0.1, 0.02)), PolicySettings())
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: ranges.explore_floor is 0.1 to 0.02: the low end comes first
    """
    for name in ranges.__struct_fields__:
        ends = getattr(ranges, name)
        if name == "escalate":
            if not ends:
                raise ConfigError(f"ranges.{name} is empty: name one choice at least")
            continue
        low, high = ends
        if not low <= high:
            raise ConfigError(f"ranges.{name} is {low:g} to {high:g}: the low end comes first")
        for end in ends:
            try:
                check(Settings(policy=msgspec.structs.replace(base, **{name: end})))
            except ConfigError as error:
                raise ConfigError(f"ranges.{name}: {error}") from error
    return ranges


def policy_toml(policy: PolicySettings, varied: Sequence[str]) -> str:
    """The section [policy] to paste into a worker's configuration.

    It names what was searched, and what else isn't as by default.

    Examples
    --------
    >>> print(policy_toml(PolicySettings(rate=5.0, max_asks=30), ["rate"]))
    [policy]
    name = "value"
    rate = 5.0
    max_asks = 30
    """
    usual = msgspec.to_builtins(PolicySettings())
    lines = ["[policy]"]
    for key, value in msgspec.to_builtins(policy).items():
        if key == "name" or key in varied or value != usual[key]:
            lines.append(f"{key} = {_toml(value)}")
    return "\n".join(lines)


def differences(policy: PolicySettings, other: PolicySettings) -> Mapping[str, object]:
    """Keys in which a policy isn't as the other, with its values.

    Examples
    --------
    >>> differences(PolicySettings(rate=5.0), PolicySettings())
    {'rate': 5.0}
    """
    others = msgspec.to_builtins(other)
    return {
        key: value for key, value in msgspec.to_builtins(policy).items() if value != others[key]
    }


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return repr(value)
