"""The secrets that a configuration names: read when needed, never shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bandit.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.config.log_settings import LogSettings


def password(log: LogSettings, environment: Mapping[str, str]) -> str | None:
    """Return the password that `log` names; `None` if it names none.

    `environment` holds the variables that it may name.

    A line break at the end of its file is ignored.

    Raises
    ------
    ConfigError
        If it cannot be read or is empty. The message shows no value: the secret itself may have
        been entered instead of a name.

    Examples
    --------
    >>> from streams.config.log_settings import LogSettings
    >>> password(LogSettings(password_env="KAFKA_PASSWORD"), {"KAFKA_PASSWORD": "s"})
    's'
    """
    if log.password_file is not None:
        return _of_file("log.password_file", Path(log.password_file))
    return _of_variable("log.password_env", log.password_env, environment)


def key_password(log: LogSettings, environment: Mapping[str, str]) -> str | None:
    """Return the password of the client's key; `None` if `log` names none.

    Raises
    ------
    ConfigError
        As `password`.
    """
    return _of_variable("log.key_password_env", log.key_password_env, environment)


def _of_file(key: str, path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").rstrip("\r\n")
    except FileNotFoundError:
        msg = f"{key}: the file does not exist"
        raise ConfigError(msg) from None
    except OSError as error:
        msg = f"{key}: {error.strerror}"
        raise ConfigError(msg) from None
    except UnicodeDecodeError:
        msg = f"{key}: the file is not UTF-8 text"
        raise ConfigError(msg) from None
    if not secret:
        msg = f"{key}: the file is empty"
        raise ConfigError(msg)
    return secret


def _of_variable(key: str, name: str | None, environment: Mapping[str, str]) -> str | None:
    if name is None:
        return None
    secret = environment.get(name)
    if not secret:
        msg = f"{key}: the environment variable that it names is not set or empty"
        raise ConfigError(msg)
    return secret
