"""The address of a log: `sqlite:PATH`, a path ending in `.db` or `.sqlite`, or `kafka://...`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bandit.errors import LogError
from streams.config.log_settings import KAFKA, LogSettings
from streams.embedded.log import EmbeddedLog
from streams.kafka_log.version import check_kafka_python

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streams.log.log import Log

ENDINGS = (".db", ".sqlite")


def open_log(
    address: str,
    settings: LogSettings | None = None,
    environment: Mapping[str, str] = {},
    *,
    create: bool = False,
) -> Log:
    """Open the log at `address`.

    Parameters
    ----------
    address
        `sqlite:PATH`, a path that ends in `.db` or `.sqlite`, or
        `kafka://HOST:PORT[,HOST:PORT][/PREFIX]`.
    settings
        The section [log]; its own address is ignored.
    environment
        Variables that may hold the passwords which `settings` name.
    create
        Create the file if it does not exist. Only `poolwise doctor` creates topics on Kafka.

    Raises
    ------
    LogError
        If the address has an unknown form, or the log cannot be opened.
    MissingInput
        If the log does not exist, and is not to be created.

    Examples
    --------
    >>> open_log("labels.txt")
    Traceback (most recent call last):
    ...
    bandit.errors.LogError: 'labels.txt' is not the address of a log; expected sqlite:PATH, a path \
ending in .db or .sqlite, or kafka://HOST:PORT
    """
    settings = settings or LogSettings()
    if address.startswith(KAFKA):
        check_kafka_python()
        from streams.kafka_log.log import KafkaLog  # noqa: PLC0415, it takes a quarter of a second

        return KafkaLog(address, settings, environment)
    scheme, colon, path = address.partition(":")
    if not (colon and scheme == "sqlite"):
        path = address if address.endswith(ENDINGS) and "://" not in address else ""
    if not path:
        msg = (
            f"{address!r} is not the address of a log; expected sqlite:PATH, a path ending in"
            " .db or .sqlite, or kafka://HOST:PORT"
        )
        raise LogError(msg)
    if settings.compression == "gzip":
        raise LogError("log.compression = gzip: only on Kafka; a log file can have zstd or none")
    return EmbeddedLog(
        Path(path),
        settings.partitions,
        create=create,
        synchronous=settings.synchronous,
        compressed=settings.compression != "none",
    )
