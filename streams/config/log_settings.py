"""The section [log]: address, identity and security of the log.

Rule: a secret is in a file or an environment variable that is named here, never in this section and
never in a message. `streams.config.credentials` reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from bandit.errors import ConfigError
from bandit.sections import read_section
from bandit.settings import Section
from streams.config.ranges import require, require_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

Synchronous = Literal["FULL", "NORMAL"]
Compression = Literal["none", "gzip", "zstd"]
SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

KAFKA = "kafka://"
"""How the address of a log on Kafka begins."""

BETWEEN = "-@"
"""Separates group and instance in a transactional id, so no group may contain it."""

SECRET = re.compile("passw|passphrase|secret|token", re.IGNORECASE)
"""Names of keys that hold secrets."""

VARIABLE = re.compile(r"\$\{(\w+)\}")
"""A reference to an environment variable."""


class LogSettings(Section, frozen=True):
    """Address, identity and security; ${NAME} in a text is an environment variable."""

    address: str = "sqlite:poolwise.db"  # needs nothing installed or running
    partitions: int | None = None  # when a log is created; 1 is all that a single worker needs
    group: str = "poolwise"
    synchronous: Synchronous = "FULL"  # an ask that went out must survive a power cut
    compression: Compression | None = (
        None  # gzip on Kafka, zstd in a file that is made: decision 25
    )
    # The rest is Kafka's.
    instance: str | None = None  # unique per worker, which then keeps its partitions in a restart
    security_protocol: SecurityProtocol = "PLAINTEXT"  # as in Kafka; only for a private network
    sasl_mechanism: SaslMechanism | None = None
    username: str | None = None
    password_file: str | None = None
    password_env: str | None = None
    ca_file: str | None = None  # none: the certificate authorities of the system
    cert_file: str | None = None  # of the client, where the broker asks for one
    key_file: str | None = None
    key_password_env: str | None = None
    session_timeout_s: float = 10.0  # a dead worker's partitions go to others after this long
    max_poll_interval_s: float = 300.0  # and a stuck one's; enough to load 1,000,000 tasks
    transaction_timeout_s: float = (
        15.0  # a dead worker's open transaction hides newer records for this long
    )
    commit_timeout_s: float = (
        10.0  # then the outcome is unknown, and is read from the committed offsets
    )
    request_timeout_s: float = 10.0  # a broker that does not answer for this long counts as down


def read_log_settings(section: object, environment: Mapping[str, str] = {}) -> LogSettings:
    """Return the settings in `section`, the section [log], with its ${NAME} replaced.

    Raises
    ------
    ConfigError
        If a key is unknown, of a wrong type or out of range, names an environment variable that is
        not set, or is a secret.

    Examples
    --------
    >>> read_log_settings({"instance": "w-${POD}"}, {"POD": "3"}).instance
    'w-3'
    >>> read_log_settings({"password": "hunter2"})
    Traceback (most recent call last):
    ...
    bandit.errors.ConfigError: log.password: secrets are not allowed in a configuration; name its \
file in password_file, or its environment variable in password_env
    """
    if isinstance(section, dict):
        _refuse_secrets(section)
        section = {key: _expanded(key, value, environment) for key, value in section.items()}
    return check_log(read_section(section, LogSettings, "log"))


def check_log(log: LogSettings) -> LogSettings:
    """Return `log` if every value is in its range, and related values are complete.

    Raises
    ------
    ConfigError
        Naming the first key that breaks its rule.
    """
    _check_identity(log)
    _check_security(log)
    _check_times(log)
    return log


def _refuse_secrets(given: Mapping[str, object]) -> None:
    for key in given:
        if SECRET.search(key) and key not in LogSettings.__struct_fields__:
            where = (
                "a key_file without a password, or its environment variable in key_password_env"
                if "key" in key.lower()
                else "its file in password_file, or its environment variable in password_env"
            )
            msg = f"log.{key}: secrets are not allowed in a configuration; name {where}"
            raise ConfigError(msg)


def _expanded(key: str, value: object, environment: Mapping[str, str]) -> object:
    """Replace references to environment variables, except in keys that only name one."""
    if not isinstance(value, str) or key.endswith("_env"):
        return value

    def value_of(reference: re.Match[str]) -> str:
        if reference[1] not in environment:
            msg = f"log.{key}: the environment variable {reference[1]} is not set"
            raise ConfigError(msg)
        return environment[reference[1]]

    return VARIABLE.sub(value_of, value)


def _check_identity(log: LogSettings) -> None:
    require(
        "log.partitions", log.partitions, log.partitions is None or log.partitions >= 1, "1 or more"
    )
    require("log.group", repr(log.group), bool(log.group), "a name")
    require("log.group", repr(log.group), BETWEEN not in log.group, f"a name without {BETWEEN!r}")
    require("log.instance", repr(log.instance), log.instance != "", "a name")
    if log.address.startswith(KAFKA) and "@" in log.address:
        msg = "log.address: must not contain a user or password; use username and password_file"
        raise ConfigError(msg)


def _check_security(log: LogSettings) -> None:
    """Check login and certificates; one that the protocol does not use is an error, too."""
    protocol = log.security_protocol
    login = {
        "sasl_mechanism": log.sasl_mechanism,
        "username": log.username,
        "password_file or password_env": log.password_file or log.password_env,
    }
    tls = {"ca_file": log.ca_file, "cert_file": log.cert_file, "key_file": log.key_file}
    for key, value in login.items():
        if protocol.startswith("SASL") != bool(value):
            need = f"does not use {key}; remove it" if value else f"needs {key}"
            msg = f"log.security_protocol = {protocol}: {need}"
            raise ConfigError(msg)
    for key, value in tls.items():
        if value is not None and not protocol.endswith("SSL"):
            msg = f"log.security_protocol = {protocol}: does not use {key}; remove it"
            raise ConfigError(msg)
    if log.password_file and log.password_env:
        raise ConfigError("log.password_file and log.password_env: set only one of them")
    for key, needed in (("key_file", "cert_file"), ("key_password_env", "key_file")):
        if getattr(log, key) is not None and getattr(log, needed) is None:
            msg = f"log.{key}: also needs log.{needed}"
            raise ConfigError(msg)
    for key in ("password_env", "key_password_env"):
        if not re.fullmatch(r"[A-Za-z_]\w*", getattr(log, key) or "unset"):
            msg = f"log.{key}: must be the name of an environment variable, without ${{}}"
            raise ConfigError(msg)


def _check_times(log: LogSettings) -> None:
    """Check the times against Kafka's bounds, and against each other."""
    for name in (
        "session_timeout_s",
        "max_poll_interval_s",
        "transaction_timeout_s",
        "commit_timeout_s",
    ):
        require_duration(f"log.{name}", getattr(log, name))
    request_s, commit_s = log.request_timeout_s, log.commit_timeout_s
    require("log.request_timeout_s", request_s, 1 <= request_s <= 500, "1 to 500")
    require(
        "log.session_timeout_s",
        log.session_timeout_s,
        log.session_timeout_s <= log.max_poll_interval_s,
        "at most log.max_poll_interval_s",
    )
    require(
        "log.commit_timeout_s",
        commit_s,
        commit_s <= log.transaction_timeout_s,
        "at most log.transaction_timeout_s",
    )
