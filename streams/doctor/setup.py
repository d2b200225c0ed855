"""What doctor finds on this machine: versions, and whether the configuration can be used."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from streams.doctor.findings import Finding, broken, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS, CONFIG = "versions", "config"
NEEDED = ("poolwise", "kafka-python", "vowpalwabbit", "river")
CHECKSUM = "crc32c"
KAFKA_PYTHON = "3.0."
"""Its private API is used, in one file; another minor version may have another."""


def versions() -> Iterator[Finding]:
    """Say which versions are at work."""
    found = {name: _version(name) for name in (*NEEDED, CHECKSUM)}
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
    kafka = found["kafka-python"] or KAFKA_PYTHON
    if not kafka.startswith(KAFKA_PYTHON):
        yield warning(
            VERSIONS,
            f"kafka-python {kafka} is not a version that this poolwise was tried with",
            f"pip install 'kafka-python=={KAFKA_PYTHON}*'",
        )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
