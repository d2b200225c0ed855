"""Options that several verbs have: how to reach the log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from streams.log_config import LogSettings

CONFIG = click.option(
    "--config",
    "config_file",
    type=click.Path(readable=False, path_type=Path),
    help="Settings in TOML; its [log] says how to log in.",
)


def log_settings(config_file: Path | None) -> LogSettings:
    """Return the section [log] of a configuration, or what holds without one."""
    from streams.config import read_config
    from streams.log_config import LogSettings

    return LogSettings() if config_file is None else read_config(config_file).log
