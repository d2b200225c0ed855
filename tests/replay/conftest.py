"""Fixtures that the tests of the replay share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.replay.evaluation.asked_policies import toml


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the data sets that are too large for the repository: `obd/`, `crowd/`.

    Named by the environment variable POOLWISE_DATA, else looked for beside the checkout.
    """
    named = os.environ.get("POOLWISE_DATA")
    folder = Path(named) if named else Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the data sets aren't here: name their folder in POOLWISE_DATA")
    return folder


@pytest.fixture
def greedy(tmp_path: Path) -> str:
    """Write the TOML of a worker that learns by ε-greedy."""
    return toml(tmp_path, "greedy", 'explorer = "epsilon_greedy"\nrate = 0.2')


@pytest.fixture
def gaps(tmp_path: Path) -> str:
    """Write the TOML of a worker that learns by inverse gaps."""
    return toml(tmp_path, "gaps", 'explorer = "inverse_gap"\nrate = 5.0')
