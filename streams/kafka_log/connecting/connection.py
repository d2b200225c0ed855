"""Address and client settings of a Kafka cluster, and the errors of clients that fail."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kafka import errors as kafka_errors

from bandit.errors import CommitUnknown, LogError
from streams.config.credentials import key_password, password
from streams.config.log_settings import KAFKA
from streams.kafka_log.connecting.security import WITH_SASL, WITH_TLS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.connecting.unreachable import Unreachable

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@,\[\]]+):(\d{1,5})")
BOOTSTRAP_S = 5.0
"""Longest wait for a first broker: a command reports within 15 s that there is none, and why."""

PREFIX = re.compile(r"[A-Za-z0-9._-]{1,100}")
LASTING = (kafka_errors.AuthorizationError, kafka_errors.SaslAuthenticationFailedError)
"""Errors that waiting does not end; of a broker that is away, kafka-python raises many others."""

_kafka_logger = logging.getLogger("kafka")
if _kafka_logger.level == logging.NOTSET:  # else `streams.monitor.logs` has set it
    # It logs each lost connection as an error; what matters is raised as one of ours.
    _kafka_logger.setLevel(logging.CRITICAL)


class KafkaAddress(NamedTuple):
    """Bootstrap servers, and the prefix of the names of our topics and groups."""

    servers: tuple[str, ...]
    prefix: str

    def named(self, name: str) -> str:
        """Return the name of a topic, group or id on the cluster.

        Examples
        --------
        >>> parse_address("kafka://kafka1:9092,kafka2:9092/lab").named("tasks")
        'lab.tasks'
        """
        return f"{self.prefix}.{name}" if self.prefix else name


def parse_address(address: str) -> KafkaAddress:
    """Parse `kafka://HOST:PORT[,HOST:PORT][/PREFIX]`.

    Raises
    ------
    LogError
        If it has another form.

    Examples
    --------
    >>> parse_address("kafka://localhost:9092")
    KafkaAddress(servers=('localhost:9092',), prefix='')
    """
    servers, slash, prefix = address.removeprefix(KAFKA).partition("/")
    if "@" in servers:
        msg = (
            "log.address: a kafka:// address must not contain a user or a password; set"
            " log.username, and log.password_file or log.password_env"
        )
        raise LogError(msg)
    hosts = tuple(servers.split(","))
    for host in hosts:
        match = HOST.fullmatch(host)
        if match is None or not 0 < int(match[2]) < 65536:
            msg = (
                f"{address}: {host!r} is not HOST:PORT; write"
                " kafka://HOST:PORT[,HOST:PORT][/PREFIX]"
            )
            raise LogError(msg)
    if slash and not PREFIX.fullmatch(prefix):
        msg = f"{address}: invalid prefix {prefix!r}; use 1 to 100 letters, digits, '.', '_' or '-'"
        raise LogError(msg)
    return KafkaAddress(hosts, prefix)


def client_settings(
    address: KafkaAddress, log: LogSettings, environment: Mapping[str, str] = {}
) -> dict[str, Any]:
    """Return the settings of every kafka-python client; passwords may be in `environment`.

    Raises
    ------
    ConfigError
        If a secret can't be read from where the settings name it.
    """
    settings: dict[str, Any] = {
        "bootstrap_servers": list(address.servers),
        "client_id": f"poolwise-{log.instance}" if log.instance else "poolwise",
        "security_protocol": log.security_protocol,
        "bootstrap_timeout_ms": int(min(log.request_timeout_s, BOOTSTRAP_S) * 1000),
        "request_timeout_ms": int(log.request_timeout_s * 1000),
        "reconnect_backoff_max_ms": 1000,
        "metadata_max_age_ms": 30_000,
    }
    if log.security_protocol in WITH_SASL:
        settings |= {
            "sasl_mechanism": log.sasl_mechanism,
            "sasl_plain_username": log.username,
            "sasl_plain_password": password(log, environment),
        }
    if log.security_protocol in WITH_TLS:
        settings |= {
            "ssl_cafile": log.ca_file,
            "ssl_certfile": log.cert_file,
            "ssl_keyfile": log.key_file,
            "ssl_password": key_password(log, environment)
            or "",  # with none, OpenSSL asks at the terminal
        }
    return settings


def no_client(address: str, error: Exception, unreachable: Sequence[Unreachable]) -> LogError:
    """Return the error of a client that could not be made; `unreachable` is a probe's outcome."""
    if isinstance(error, kafka_errors.KafkaConfigurationError):
        return LogError(f"{address}: {error}")
    if unreachable:
        return next((reason for reason in unreachable if reason.final), unreachable[0])
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return LogError(
        f"{address}: can't connect to Kafka ({text}); to find out why: poolwise doctor {address}"
    )


def request_failed(place: str, error: Exception) -> LogError:
    """Return the error of a request about `place`: one to try again, unless waiting can't help."""
    kind = LogError if isinstance(error, LASTING) else CommitUnknown
    return kind(f"{place}: the request to Kafka failed ({type(error).__name__}: {error})")


def unreadable(place: str, error: Exception) -> LogError:
    """Return the error of records of `place` that can't be read; trying again does not help."""
    text = f"{place}: records can't be read: {type(error).__name__}: {error}"
    if isinstance(error, kafka_errors.UnsupportedCodecError):
        text += (
            "; what to do: pip install lz4 (or python-snappy) wherever poolwise runs, and configure"
            " the producer to compress with gzip or zstd"
        )
    return LogError(text)


@contextmanager
def unknown_if_it_fails() -> Iterator[None]:
    """Raise what kafka-python raises about positions as `CommitUnknown`: to be tried again."""
    try:
        yield
    except kafka_errors.KafkaError as error:
        raise CommitUnknown(f"{type(error).__name__}: {error}") from error
