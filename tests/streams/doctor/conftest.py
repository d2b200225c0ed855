"""A log in a file, for doctor to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.streams.scenes import new_log

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log in a file, with two pools in it."""
    place = tmp_path / "labels.db"
    new_log(place).close()
    return place
