"""The core's settings from a configuration file; the sections of the streams are left alone."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from bandit.errors import ConfigError, MissingInput
from bandit.sections import read_core
from bandit.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from bandit.settings import ProjectSettings


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


def says_worth(project: ProjectSettings) -> bool:
    """Whether settings of a project say what a right answer is worth, or how often it is wanted.

    Examples
    --------
    >>> from bandit.settings import ProjectSettings
    >>> says_worth(ProjectSettings()), says_worth(ProjectSettings(target_accuracy=0.95))
    (False, True)
    """
    return project.value_usd is not None or project.target_accuracy is not None


def named_only(settings: Settings, project: str) -> str | None:
    """Say that what the settings say of projects by name isn't used for `project`, if it isn't.

    Examples
    --------
    >>> from bandit.settings import ProjectSettings, Settings
    >>> named_only(Settings(projects={"cats": ProjectSettings(value_usd=2.0)}), "recorded")
    "settings of [projects.cats] aren't used here: write them under [project]"
    """
    if not settings.projects or project in settings.projects:
        return None
    names = ", ".join(f"[projects.{name}]" for name in sorted(settings.projects))
    return f"settings of {names} aren't used here: write them under [project]"
