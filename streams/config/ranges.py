"""Checks of the ranges of settings."""

from __future__ import annotations

from math import inf

from bandit.errors import ConfigError


def require(name: str, value: object, holds: bool, wanted: str) -> None:  # noqa: FBT001, reads like the message
    """Check that a value is in its range: `holds` is whether it is.

    Raises
    ------
    ConfigError
        If it is not; the message names the key, its value and its range.

    Examples
    --------
    >>> require("worker.max_open", 0, 0 >= 1, "1 or more")
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: worker.max_open = 0: must be 1 or more
    """
    if not holds:
        msg = f"{name} = {value}: must be {wanted}"
        raise ConfigError(msg)


def require_duration(name: str, value_s: float) -> None:
    """Check that a time span is positive and finite.

    Raises
    ------
    ConfigError
        If it is not.
    """
    require(name, value_s, 0 < value_s < inf, "above 0, and finite")
