"""Tasks that wait for a better pool to open are counted apart from those that an order stops."""

from __future__ import annotations

from collections import Counter

from bandit.desk.deferred import deferred
from bandit.desk.stranded import stranded
from streams.doctor.halted import halted
from streams.doctor.retention import OpenTasks


def open_tasks(number: int, situations: dict[str, int]) -> OpenTasks:
    """Open tasks of which some are halted, each in a situation."""
    return OpenTasks(number, None, whole=True, partitions={}, halted=Counter(situations))


def test_deferred_tasks_are_no_work_of_an_order() -> None:
    situations = {deferred(("night",), ()): 3, deferred(("a",), ("es",)): 1, "paused": 2}
    (only,) = halted(open_tasks(9, situations), "log.db")
    assert only.what == (
        "9 tasks without a verdict; 2 stopped by an order (see it: poolwise control log.db)"
        "; 4 waiting for a better pool to open"
    )


def test_deferred_and_stranded_tasks_are_told_apart() -> None:
    situations = {deferred(("night",), ()): 1, stranded(("es",)): 1}
    first, second = halted(open_tasks(2, situations), "log.db")
    assert first.what == "2 tasks without a verdict; 1 waiting for a better pool to open"
    assert second.level == "warning"
