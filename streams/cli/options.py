"""Options that several verbs share, and the configuration that results from them."""

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
    help="Configuration file in TOML; its section [log] sets login and encryption.",
)

LOG_IF_NOT_CONFIGURED = click.argument("log", required=False)
WHOLE_CONFIG = click.option(
    "--config",
    "config_file",
    type=_FILE,
    help="Configuration file in TOML; LOG and options given here override it.",
)

FIGURES = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def require_log(log: str | None, config_file: Path | None) -> None:
    """Refuse a call without any log."""
    if log is None and config_file is None:
        raise click.UsageError(
            "Missing argument 'LOG'. Give it, or a --config file that sets log.address."
        )


def configured(config_file: Path | None, log: str | None = None) -> Config:
    """Return the configuration in a file, or the defaults; `log` overrides its address."""
    import msgspec

    from streams.config.config import Config, read_config

    config = Config() if config_file is None else read_config(config_file, os.environ)
    if log is None:
        return config
    return msgspec.structs.replace(config, log=msgspec.structs.replace(config.log, address=log))


def log_settings(config_file: Path | None) -> LogSettings:
    """Return the section [log] of a configuration, or the defaults."""
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
