"""Task ids that are used again: each task of an id has its own history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import Decision, Reward, Verdict
from replay.labelers.labelers_report import labelers_report
from replay.labelers.read import read_labels_of
from replay.log_files.histories import OwnLog
from tests.replay.task_log.own_log_writer import World, simulate, write_log

if TYPE_CHECKING:
    from pathlib import Path

    from replay.log_files.histories import History

Event = Decision | Reward | Verdict
TASKS = 60


def events() -> list[Event]:
    """Tasks `t0` to `t59`, one after the other, each audited or not."""
    return simulate(World(audit=0.5), TASKS, seed=1)


def reused(ids: int) -> list[Event]:
    """The same tasks with few ids: `t0` to `t19` come three times, say."""
    return [
        msgspec.structs.replace(event, task=f"t{int(event.task[1:]) % ids}") for event in events()
    ]


def everything(history: History) -> list[Event]:
    return [*history.decisions, *history.rewards, *history.verdicts]


def without_id(event: Event) -> Event:
    return msgspec.structs.replace(event, task="")


def histories(path: Path) -> list[list[Event]]:
    """Everything that is known of each task, but for its id."""
    with OwnLog(path) as log:
        assert log.headless == 0
        return [[without_id(event) for event in everything(one)] for one in log.histories()]


@pytest.mark.parametrize("ids", [1, 7, 20, 59])
def test_tasks_of_one_id_are_read_as_if_each_had_its_own(tmp_path: Path, ids: int) -> None:
    each = histories(write_log(tmp_path / "each.db", events()))
    again = histories(write_log(tmp_path / "again.db", reused(ids)))
    assert len(again) == TASKS
    assert again == each


def test_tasks_of_one_id_have_names_that_tell_them_apart(tmp_path: Path) -> None:
    with OwnLog(write_log(tmp_path / "log.db", reused(20))) as log:
        found = list(log.histories())
    assert sorted(history.task for history in found if history.task.startswith("t3")) == [
        "t3",
        "t3 (2)",
        "t3 (3)",
    ]
    for history in found:
        assert {event.task for event in everything(history)} == {history.task}


def test_events_that_come_twice_are_no_other_task(tmp_path: Path) -> None:
    twice = [event for event in reused(20) for _ in range(2)]
    once = histories(write_log(tmp_path / "once.db", reused(20)))
    assert histories(write_log(tmp_path / "twice.db", twice)) == once


def test_labelers_are_judged_by_the_labels_of_each_task_alone(tmp_path: Path) -> None:
    def report(name: str, of: list[Event]) -> object:
        labels, notes = read_labels_of(write_log(tmp_path / name, of))
        return msgspec.structs.replace(labelers_report(labels, "log", notes), log="")

    assert report("again.db", reused(20)) == report("each.db", events())
