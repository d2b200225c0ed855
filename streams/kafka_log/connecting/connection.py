"""How to reach Kafka: an address and the settings in [log], as kafka-python wants them."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kafka import errors as kafka_errors

from bandit.errors import CommitUnknown, LogError
from streams.config.credentials import key_password, password

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streams.config.log_settings import LogSettings
    from streams.kafka_log.connecting.unreachable import Unreachable

SCHEME = "kafka://"
HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@,\[\]]+):(\d{1,5})")
BOOTSTRAP_S = 5.0
"""Longest wait for a first broker: a verb must have said in 15 s that there is none, and why."""

PREFIX = re.compile(r"[A-Za-z0-9._-]{1,100}")
LASTING = (kafka_errors.AuthorizationError, kafka_errors.SaslAuthenticationFailedError)
"""Waiting doesn't help; while a broker is away, kafka-python has many other names for that."""

_told = logging.getLogger("kafka")
if _told.level == logging.NOTSET:  # else `streams.monitor.logs` has said what of it is wanted
    # It tells of each lost connection as an error; what matters is raised as one of ours.
    _told.setLevel(logging.CRITICAL)


class KafkaAddress(NamedTuple):
    """Brokers to begin with, and what the names of our topics and groups begin with."""

    servers: tuple[str, ...]
    prefix: str

    def named(self, name: str) -> str:
        """Return a topic, group or id as the cluster knows it.

        Examples
        --------
        >>> parse_address("kafka://one:9092,two:9092/lab").named("tasks")
        'lab.tasks'
        """
        return f"{self.prefix}.{name}" if self.prefix else name


def parse_address(address: str) -> KafkaAddress:
    """Return what `kafka://HOST:PORT[,HOST:PORT][/PREFIX]` says.

    Raises
    ------
    LogError
        If it isn't one.

    Examples
    --------
    >>> parse_address("kafka://localhost:9092")
    KafkaAddress(servers=('localhost:9092',), prefix='')
    """
    servers, slash, prefix = address.removeprefix(SCHEME).partition("/")
    if "@" in servers:
        msg = (
            "a kafka:// address holds no user and no password; name them in the [log] section:"
            " username, and password_file or password_env"
        )
        raise LogError(msg)
    hosts = tuple(servers.split(","))
    for host in hosts:
        found = HOST.fullmatch(host)
        if found is None or not 0 < int(found[2]) < 65536:
            msg = (
                f"{address}: {host!r} is no HOST:PORT; write kafka://HOST:PORT[,HOST:PORT][/PREFIX]"
            )
            raise LogError(msg)
    if slash and not PREFIX.fullmatch(prefix):
        msg = f"{address}: a prefix has letters, digits, '.', '_' and '-', not {prefix!r}"
        raise LogError(msg)
    return KafkaAddress(hosts, prefix)


def client_settings(address: KafkaAddress, log: LogSettings) -> dict[str, Any]:
    """Return what every client of kafka-python is told.

    Raises
    ------
    ConfigError
        If a secret isn't where the settings say.
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
    if log.security_protocol.startswith("SASL"):
        settings |= {
            "sasl_mechanism": log.sasl_mechanism,
            "sasl_plain_username": log.username,
            "sasl_plain_password": password(log),
        }
    if log.security_protocol.endswith("SSL"):
        settings |= {
            "ssl_cafile": log.ca_file,
            "ssl_certfile": log.cert_file,
            "ssl_keyfile": log.key_file,
            "ssl_password": key_password(log) or "",  # with none, OpenSSL asks at the terminal
        }
    return settings


def connecting(address: str, error: Exception, refused: Sequence[Unreachable]) -> LogError:
    """Return an error for a client that could not be made; `refused` is what a probe found."""
    if isinstance(error, kafka_errors.KafkaConfigurationError):
        return LogError(f"{address}: {error}")
    if refused:
        return next((one for one in refused if one.final), refused[0])
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return LogError(f"{address}: no Kafka there ({text}); why: poolwise doctor {address}")


def failing(what: str, error: Exception) -> LogError:
    """Return an error for `what` could not be read: try again, unless waiting can't help."""
    kind = LogError if isinstance(error, LASTING) else CommitUnknown
    return kind(f"{what}: {type(error).__name__}: {error}")


def unreadable(what: str, error: Exception) -> LogError:
    """Return an error for records of `what` that can't be read, however often one tries."""
    text = f"{what}: {type(error).__name__}: {error}"
    if isinstance(error, kafka_errors.UnsupportedCodecError):
        text += (
            "; what to do: pip install lz4 (or python-snappy) for every process of ours, and let"
            " the producer use gzip or zstd"
        )
    return LogError(text)


@contextmanager
def unknown_if_it_fails() -> Iterator[None]:
    """Where to read on can't be known while the broker doesn't say it: try again."""
    try:
        yield
    except kafka_errors.KafkaError as error:
        raise CommitUnknown(f"{type(error).__name__}: {error}") from error
