"""Which unit a test was drawn by, as its log shows it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bandit.errors import BadValue
from replay.experiment.tasks.drawn_unit import DrawnUnit

LOG = Path("x.db")


def drawn(small: float, *, by: str, tasks: int = 2000, seed: int = 1) -> DrawnUnit:
    """Tasks of 20 projects over 20 hours, of which a small arm has a share."""
    rng = np.random.default_rng(seed)
    of_unit = rng.permutation(20) < round(20 * small)
    unit = DrawnUnit()
    for task in range(tasks):
        hour, project = task * 20 // tasks, int(rng.integers(20))
        new = {"task": rng.random() < small, "hour": of_unit[hour], "project": of_unit[project]}
        unit.receive("new" if new[by] else "control", f"p{project}", 3600.0 * hour)
    return unit


@pytest.mark.parametrize("small", [0.5, 0.1, 0.02, 0.005])
def test_a_small_arm_drawn_by_task_is_no_test_by_project(small: float) -> None:
    """An arm of 2 % leaves 98 % of the tasks of a project to the other: that is no sign."""
    found = drawn(small, by="task")
    assert found.drawn_by() == "task"
    found.check(LOG, "task")


@pytest.mark.parametrize("by", ["hour", "project"])
@pytest.mark.parametrize("small", [0.5, 0.1])
def test_a_small_arm_of_whole_units_is_noticed(by: str, small: float) -> None:
    found = drawn(small, by=by)
    assert found.drawn_by() == by
    with pytest.raises(BadValue, match=f"have one arm: use --unit {by}"):
        found.check(LOG, "task")


@pytest.mark.parametrize("small", [0.5, 0.1, 0.02])
def test_a_test_by_task_is_not_read_by_hour_however_small_an_arm(small: float) -> None:
    with pytest.raises(BadValue, match="tasks of an hour have several arms"):
        drawn(small, by="task").check(LOG, "hour")


def test_a_log_of_one_project_is_read_by_task() -> None:
    unit = DrawnUnit()
    for task in range(900):
        unit.receive("new" if task == 400 else "control", "p", 40.0 * task)
    unit.check(LOG, "task")
