"""What doctor finds on this machine: versions, and whether the configuration can be used."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from streams.doctor.findings import Finding, broken, ok, warning
from streams.kafka_log.version import KAFKA_PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS, CONFIG = "versions", "config"
NEEDED = ("poolwise", "vowpalwabbit", "river")
KAFKA, CHECKSUM = "kafka-python", "crc32c"


def versions() -> Iterator[Finding]:
    """Say which versions are at work."""
    found = {name: _version(name) for name in (*NEEDED, KAFKA, CHECKSUM)}
    said = ", ".join(f"{name} {number}" for name, number in found.items() if number)
    yield ok(VERSIONS, f"Python {platform.python_version()}, {said}")
    for name in NEEDED:
        if found[name] is None:
            yield broken(VERSIONS, f"{name} is not installed", f"pip install {name}")
    if found[CHECKSUM] is None:
        yield warning(
            VERSIONS,
            f"{CHECKSUM} is not installed: records on Kafka are checked six times slower",
            f"pip install {CHECKSUM}",
        )


def client() -> Iterator[Finding]:
    """Say what is wrong with the client for Kafka, if something is."""
    found = _version(KAFKA)
    if found != KAFKA_PYTHON:
        yield broken(
            VERSIONS,
            f"{KAFKA} {found or 'is not installed'}: this poolwise works with {KAFKA_PYTHON} alone,"
            " whose private parts it uses",
            f"pip install {KAFKA}=={KAFKA_PYTHON}",
        )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
