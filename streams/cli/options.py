"""Options that several verbs have, and the configuration that they give."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from streams.config.config import Config
    from streams.config.log_settings import LogSettings
    from streams.log.log import Log

_FILE = click.Path(readable=False, path_type=Path)

LOG = click.argument("log")
CONFIG = click.option(
    "--config",
    "config_file",
    type=_FILE,
    help="Settings in TOML; its [log] says how to log in.",
)

LOG_IF_NOT_CONFIGURED = click.argument("log", required=False)
WHOLE_CONFIG = click.option(
    "--config",
    "config_file",
    type=_FILE,
    help="Settings in TOML; LOG and the options here stand above it.",
)

FIGURES = click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")


def require_log(log: str | None, config_file: Path | None) -> None:
    """Refuse a verb that was told of no log at all."""
    if log is None and config_file is None:
        raise click.UsageError("Say which LOG, or give a --config that says it.")


def configured(config_file: Path | None, log: str | None = None) -> Config:
    """Return what a file says, or what holds without one; `log` stands above its address."""
    import msgspec

    from streams.config.config import Config, read_config

    config = Config() if config_file is None else read_config(config_file, os.environ)
    if log is None:
        return config
    return msgspec.structs.replace(config, log=msgspec.structs.replace(config.log, address=log))


def log_settings(config_file: Path | None) -> LogSettings:
    """Return the section [log] of a configuration, or what holds without one."""
    return configured(config_file).log


def open_log(address: str, settings: LogSettings, *, create: bool = False) -> Log:
    """Open a log; passwords may be in environment variables that `settings` name.

    Raises
    ------
    LogError, MissingInput
        As `streams.clients.address.open_log`.
    """
    from streams.clients import address as addresses

    return addresses.open_log(address, settings, os.environ, create=create)
