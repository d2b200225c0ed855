"""Arms and shares of a test as its settings or its user declare them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from bandit.errors import BadValue, ConfigError, nearest
from replay.runtime.settings_file import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bandit.experiment_settings import ExperimentSettings


def settings_of(path: str | Path | None) -> ExperimentSettings | None:
    """Return the section [experiment] of a worker's configuration.

    Raises
    ------
    ConfigError
        If it has none, or can't be used.
    """
    if path is None:
        return None
    settings = read_settings(Path(path)).experiment
    if settings is None:
        raise ConfigError(f"{path}: has no section [experiment]; name its arms with --shares")
    return settings


def parse_shares(text: str) -> dict[str, float]:
    """Read ARM=SHARE,ARM=SHARE.

    Raises
    ------
    BadValue
        If it is something else, or an arm is there twice.

    Examples
    --------
    >>> parse_shares("control=0.5,new=0.5")
    {'control': 0.5, 'new': 0.5}
    """
    shares: dict[str, float] = {}
    for part in text.split(","):
        name, found, number = part.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not found or not name.strip() or not 0 < value < 1:
            raise BadValue(f"--shares {part!r}: must be ARM=SHARE, with a share between 0 and 1")
        if name.strip() in shares:
            raise BadValue(f"--shares: the arm {name.strip()!r} is there twice")
        shares[name.strip()] = value
    return shares


def checked_shares(shares: Mapping[str, float]) -> dict[str, float]:
    """Return shares that are of two arms or more and sum to 1.

    Raises
    ------
    BadValue
        If they aren't.

    Examples
    --------
    >>> checked_shares({"control": 0.5, "new": 0.4})
    Traceback (most recent call last):
    ...
    bandit.errors.BadValue: --shares: two arms or more are needed, whose shares sum to 1, not 0.9
    """
    total = math.fsum(shares.values())
    if len(shares) < 2 or min(shares.values()) <= 0 or not math.isclose(total, 1.0, abs_tol=1e-6):
        raise BadValue(
            f"--shares: two arms or more are needed, whose shares sum to 1, not {total:g}"
        )
    return dict(shares)


def with_control_first(shares: Mapping[str, float], control: str | None) -> dict[str, float]:
    """Return shares with that of the control first.

    Raises
    ------
    BadValue
        If it has none.
    """
    if control is None:
        return dict(shares)
    if control not in shares:
        raise BadValue(f"--control {control!r} is not an arm{nearest(control, shares)}")
    return {control: shares[control], **shares}
