"""Which kafka-python there must be: what `streams/kafka_log` uses of it is private in part.

Nothing of kafka-python is imported here: another version may not have what we import.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from bandit.errors import LogError

KAFKA_PYTHON = "3.0.12"
"""As in pyproject.toml. Before another: all of `make faults-long`."""


def check_kafka_python() -> None:
    """Check which kafka-python is installed.

    Raises
    ------
    LogError
        If it is another than `KAFKA_PYTHON`, or none.
    """
    try:
        found = f"kafka-python {version('kafka-python')}"
    except PackageNotFoundError:
        found = "no kafka-python"
    if found != f"kafka-python {KAFKA_PYTHON}":
        msg = (
            f"{found} is installed, and this poolwise works with {KAFKA_PYTHON} alone, whose"
            f" private parts it uses; what to do: pip install kafka-python=={KAFKA_PYTHON}"
        )
        raise LogError(msg)
