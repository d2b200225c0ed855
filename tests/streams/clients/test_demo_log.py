"""The demo's log: a fresh one each time, and nobody else's file is touched."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from bandit.errors import LogBusy
from streams.clients.demo_log import demo_log
from tests.streams.scenes import POOLS, SETTINGS
from tests.streams.verbs import start

if TYPE_CHECKING:
    from pathlib import Path


def test_an_earlier_demo_is_replaced_and_other_files_are_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "demo.db.notes"
    notes.write_text("mine")
    with demo_log(tmp_path, SETTINGS) as (_, outside, worker):
        outside.write(POOLS)
        worker.step()
        assert worker.handled == 2
    with demo_log(tmp_path, SETTINGS) as (_, _, worker):
        worker.step()
        assert worker.handled == 0
    assert notes.read_text() == "mine"


def test_a_demo_at_work_is_not_replaced(tmp_path: Path) -> None:
    with (
        demo_log(tmp_path, SETTINGS),
        pytest.raises(LogBusy, match="another worker"),
        demo_log(tmp_path, SETTINGS),
    ):
        pass


@pytest.mark.parametrize("kilobytes", [0, 4])
def test_a_log_of_a_simulation_that_cannot_be_created_leaves_nothing_behind(
    kilobytes: int, tmp_path: Path
) -> None:
    path = tmp_path / "new.db"
    largest = (1024 * kilobytes, 1024 * kilobytes)
    with start(
        *("simulate", "--tasks", 10, "--log", path),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, largest),
    ) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"ulimit -f" in err
    assert err.count(b"\n") == 1
    assert list(tmp_path.iterdir()) == []
