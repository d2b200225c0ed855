"""Where the tests of the verbs have their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.streams.verbs import LINES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log is to be."""
    return tmp_path / "log.db"


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Return a file with two pools and two tasks."""
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"\n".join(LINES) + b"\n\n")
    return file
