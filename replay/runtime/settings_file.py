"""The core's settings from a configuration file; the sections of the streams are left alone."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from bandit.errors import ConfigError, MissingInput
from bandit.sections import read_core
from bandit.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def read_settings(path: Path | None) -> Settings:
    """Read the TOML file at `path`; without one, the defaults.

    Raises
    ------
    MissingInput
        If there is no such file.
    ConfigError
        If it isn't TOML, or a key is unknown, of a wrong type or out of range.
    """
    if path is None:
        return Settings()
    if path.is_dir():
        raise ConfigError(f"{path}: is a folder, not a file")
    if not path.exists():
        raise MissingInput(f"{path}: no such file")
    try:
        return read_core(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
