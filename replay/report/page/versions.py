"""Which versions made an answer."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

PACKAGES = ("poolwise", "numpy", "scipy", "pandas", "pyarrow", "duckdb")


def versions() -> list[tuple[str, str]]:
    """Name and version of Python, of poolwise and of what it computes with, as installed."""
    packages = [(name, _version(name)) for name in PACKAGES]
    installed = [(name, text) for name, text in packages if text is not None]
    return [*installed[:1], ("Python", platform.python_version()), *installed[1:]]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
