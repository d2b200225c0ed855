"""The policy of a worker's TOML: read, checked whether a log can replay it, and named in tables."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from bandit.decide.policies.explorers import EXPLORERS
from bandit.errors import ConfigError
from replay.runtime.settings_file import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.settings import PolicySettings

LEARNS = "value"
"""The worker's one policy that learns from a log of decisions; the others need no values."""


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
    policy = read_policy(path)
    try:
        if "policy" not in tomllib.loads(path.read_text(encoding="utf-8-sig")):
            raise ConfigError("has no section [policy], which a target is read from")
        check_replayable(policy)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    return policy


def check_replayable(settings: PolicySettings) -> None:
    """Refuse a policy that goes by what no log of decisions holds.

    Raises
    ------
    ConfigError
        If it goes by prices or gold.
    """
    if settings.name not in (LEARNS, "uniform", "fixed"):
        raise ConfigError(
            f"policy.name {settings.name!r}: can't be replayed, because it depends on prices and"
            " gold, which a log of decisions lacks; expected value, uniform or fixed"
        )


def policy_label(settings: PolicySettings) -> str:
    """Name a policy in a table.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> (
    ...     policy_label(PolicySettings(rate=5.0)),
    ...     policy_label(PolicySettings(name="fixed", pool="crowd")),
    ... )
    ('inverse_gap 5, floor 0.02', 'always crowd, floor 0.02')
    """
    floor = f", floor {settings.explore_floor:g}"
    if settings.name == "fixed":
        return f"always {settings.pool}{floor}"
    if settings.name != LEARNS:
        return settings.name
    return f"{settings.explorer} {settings.rate:g}{floor}"


def policy_use(settings: PolicySettings) -> str:
    """Return what the section [policy] of a policy is for.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> policy_use(PolicySettings(rate=5.0))
    "For the worker's configuration"
    """
    if settings.name != LEARNS or settings.explorer in EXPLORERS:
        return "For the worker's configuration"
    return f"For `poolwise evaluate --target` (a worker explores by {', '.join(EXPLORERS)} alone)"


def policy_toml(settings: PolicySettings) -> str:
    """The section [policy] to paste into a worker's configuration.

    Examples
    --------
    >>> from bandit.settings import PolicySettings
    >>> print(policy_toml(PolicySettings(rate=5.0)))
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
