"""The required version of kafka-python, whose private API `streams/kafka_log` uses in part.

Nothing of kafka-python is imported here: another version may lack what we import.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from bandit.errors import LogError

KAFKA_PYTHON = "3.0.12"
"""As in pyproject.toml. Before changing it, run all of `make faults-long`."""


def check_kafka_python() -> None:
    """Check that the required version is installed.

    Raises
    ------
    LogError
        If another version is, or none.
    """
    try:
        installed = f"kafka-python {version('kafka-python')}"
    except PackageNotFoundError:
        installed = "no kafka-python"
    if installed != f"kafka-python {KAFKA_PYTHON}":
        msg = (
            f"{installed} is installed, but this version of poolwise needs exactly {KAFKA_PYTHON},"
            f" because it uses private APIs; what to do: pip install kafka-python=={KAFKA_PYTHON}"
        )
        raise LogError(msg)
