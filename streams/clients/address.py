"""Where a log is: `sqlite:PATH`, a path that ends in `.db` or `.sqlite`, or `kafka://...`."""

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
        The section [log]; its own address is not looked at.
    environment
        Variables that may hold the passwords which `settings` name.
    create
        Make the file if it isn't there. Topics on Kafka are made by `poolwise doctor` alone.

    Raises
    ------
    LogError
        If the address names no kind of log that this version knows, or the log can't be opened.
    MissingInput
        If there is no log and it isn't to be made.

    Examples
    --------
    >>> open_log("labels.txt")
    Traceback (most recent call last):
    ...
    bandit.errors.LogError: 'labels.txt' is no address of a log; write sqlite:PATH, a path ending \
in .db, or kafka://HOST:PORT
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
            f"{address!r} is no address of a log; write sqlite:PATH, a path ending in .db, or"
            " kafka://HOST:PORT"
        )
        raise LogError(msg)
    if settings.compression == "gzip":
        raise LogError("log.compression = gzip: Kafka's; in a file it is zstd or none")
    return EmbeddedLog(
        Path(path),
        settings.partitions,
        create=create,
        synchronous=settings.synchronous,
        compressed=settings.compression != "none",
    )
