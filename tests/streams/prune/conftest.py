"""The log that most tests here prune."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.streams.prune.pruned_story import days

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a log of four days of work, in 1970, with four tasks each."""
    made = tmp_path / "log.db"
    days(made, 1, 2, 3, 4)
    return made
