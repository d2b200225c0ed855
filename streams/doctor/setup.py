"""Checks of this machine: the versions of Python and of the packages."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from streams.doctor.findings import DoctorFinding, broken, ok, warning
from streams.kafka_log.version import KAFKA_PYTHON

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSIONS, CONFIG = "versions", "config"
NEEDED = ("poolwise", "vowpalwabbit", "river")
KAFKA, CHECKSUM = "kafka-python", "crc32c"


def versions() -> Iterator[DoctorFinding]:
    """Report the versions, and what is not installed."""
    installed = {name: _version(name) for name in (*NEEDED, KAFKA, CHECKSUM)}
    listed = ", ".join(f"{name} {number}" for name, number in installed.items() if number)
    yield ok(VERSIONS, f"Python {platform.python_version()}, {listed}")
    for name in NEEDED:
        if installed[name] is None:
            yield broken(VERSIONS, f"{name} is not installed", f"pip install {name}")
    if installed[CHECKSUM] is None:
        yield warning(
            VERSIONS,
            f"{CHECKSUM} is not installed: checksums of records on Kafka take six times longer",
            f"pip install {CHECKSUM}",
        )


def client() -> Iterator[DoctorFinding]:
    """Check the version of the Kafka client; nothing is yielded if it is right."""
    installed = _version(KAFKA)
    if installed != KAFKA_PYTHON:
        state = f"version {installed}" if installed else "not installed"
        yield broken(
            VERSIONS,
            f"{KAFKA} is {state}: this version of poolwise needs exactly {KAFKA_PYTHON}, because it"
            " uses internals of that package",
            f"pip install {KAFKA}=={KAFKA_PYTHON}",
        )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
