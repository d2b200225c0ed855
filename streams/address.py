"""Where a log is: `sqlite:PATH`, or a bare path that ends in `.db` or `.sqlite`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bandit.errors import LogError
from streams.embedded import EmbeddedLog

if TYPE_CHECKING:
    from streams.log import Log
    from streams.sqlitefile import Synchronous

ENDINGS = (".db", ".sqlite")


def open_log(
    address: str,
    partitions: int | None = None,
    *,
    create: bool = False,
    synchronous: Synchronous = "FULL",
) -> Log:
    """Open the log at `address`; `partitions` and `create` as `EmbeddedLog` has them.

    Raises
    ------
    LogError
        If the address names no kind of log that this version knows, or the log can't be opened.
    MissingInput
        If there is no log and it isn't to be made.

    Examples
    --------
    >>> open_log("kafka://localhost:9092")
    Traceback (most recent call last):
    ...
    bandit.errors.LogError: kafka://localhost:9092: this version does not speak Kafka yet; \
use sqlite:PATH
    """
    scheme, colon, path = address.partition(":")
    if address.startswith("kafka://"):
        msg = f"{address}: this version does not speak Kafka yet; use sqlite:PATH"
        raise LogError(msg)
    if not (colon and scheme == "sqlite"):
        path = address if address.endswith(ENDINGS) and "://" not in address else ""
    if not path:
        msg = f"{address!r} is no address of a log; write sqlite:PATH, or a path ending in .db"
        raise LogError(msg)
    return EmbeddedLog(Path(path), partitions, create=create, synchronous=synchronous)
