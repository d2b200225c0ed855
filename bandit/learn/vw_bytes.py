"""Vowpal Wabbit models as bytes, through a temporary file: the core's only access to a disk.

VW saves to a file and loads from a file only, so a scratch file is written, read and removed
within one call. Everything else about VW stands in `bandit/learn/vw.py`.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from vowpalwabbit import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

from contextlib import contextmanager

from bandit.errors import StateError


def save(workspace: Workspace) -> bytes:
    """Return the model as bytes; VW's counters in it count predictions too."""
    with _scratch() as path:
        workspace.save(path)
        with open(path, "rb") as file:
            return file.read()


def load(arguments: str, model: bytes) -> Workspace:
    """Return a workspace that goes on from `model`; `arguments` must be those it was made with.

    Raises
    ------
    StateError
        If VW can't read `model`.
    """
    with _scratch() as path:
        with open(path, "wb") as file:
            file.write(model)
        try:
            return Workspace(f"{arguments} -i {path}")
        except RuntimeError as error:
            msg = f"the saved VW model can't be read: {error}"
            raise StateError(msg) from error


@contextmanager
def _scratch() -> Iterator[str]:
    """Yield the path of a private file, deleted afterwards."""
    handle, path = tempfile.mkstemp(prefix="poolwise-", suffix=".vw")
    os.close(handle)
    try:
        yield path
    finally:
        os.unlink(path)
