"""Policies that are replayed: read from a worker's TOML, and how tables call them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from bandit.errors import ConfigError
from replay.learning.pmfs import check_name
from replay.market.core_config import read_settings
from replay.target import LEARNS

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.settings import PolicySettings

LEARNER = (
    "each learner learns the reward of every action by an online ridge regression on the"
    " context; the worker's own model (logistic, of Vowpal Wabbit) learns a little otherwise"
)
"""Said with every answer about a policy that learns."""


def read_policy(path: Path) -> PolicySettings:
    """Read the section [policy] of a worker's TOML.

    Raises
    ------
    MissingInput
        If there is no such file.
    ConfigError
        If it isn't TOML, or a key is unknown, of a wrong type or out of range.
    """
    return read_settings(path).policy


def read_target(path: Path) -> PolicySettings:
    """Read the section [policy] of a TOML that is a target: it must be there, and be replayable.

    Raises
    ------
    MissingInput
        If there is no such file.
    ConfigError
        As `read_policy`; if there is no such section, or prices or gold are what it goes by.
    """
    found = read_policy(path)
    try:
        if "policy" not in tomllib.loads(path.read_text(encoding="utf-8-sig")):
            raise ConfigError("has no section [policy]: say there how it chooses")
        check_name(found)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    return found


def units(worth: float) -> str:
    """Say what rates are in.

    Examples
    --------
    >>> units(1.0)[:61]
    'rates of inverse_gap and softmax are for values in units of 1'
    """
    return (
        f"rates of inverse_gap and softmax are for values in units of {worth:g} of this log's"
        " reward; the worker's units are what a right answer is worth: say that as --worth, and"
        " the rates are the worker's"
    )


def label(settings: PolicySettings) -> str:
    """Name a policy in a table.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> label(PolicySettings(rate=5.0)), label(PolicySettings(name="fixed", pool="crowd"))
    ('inverse_gap 5, floor 0.02', 'always crowd, floor 0.02')
    """
    floor = f", floor {settings.explore_floor:g}"
    if settings.name == "fixed":
        return f"always {settings.pool}{floor}"
    if settings.name != LEARNS:
        return settings.name
    return f"{settings.explorer} {settings.rate:g}{floor}"


def block(settings: PolicySettings) -> str:
    """The section [policy] to paste into a worker's configuration.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> print(block(PolicySettings(rate=5.0)))
    [policy]
    name = "value"
    explorer = "inverse_gap"
    rate = 5.0
    explore_floor = 0.02
    """
    lines = ["[policy]", f'name = "{settings.name}"']
    if settings.name == LEARNS:
        lines += [f'explorer = "{settings.explorer}"', f"rate = {float(settings.rate)!r}"]
    if settings.pool is not None and settings.name == "fixed":
        quoted = settings.pool.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'pool = "{quoted}"')
    lines.append(f"explore_floor = {float(settings.explore_floor)!r}")
    return "\n".join(lines)
