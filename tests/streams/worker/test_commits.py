"""After a commit of unknown outcome the positions say what is so, and desks stay where they are."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from bandit.errors import CommitUnknown
from bandit.events import Ask
from streams.config.log_settings import LogSettings
from streams.embedded.log import EmbeddedLog
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.log.log import Place
from streams.log.topics import SHARED
from streams.worker.commits import Commits
from tests.streams.positions import finish, forget, hired, works, written
from tests.streams.scenes import POOLS, FlakyLog, events, new_log, task, worker, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.log.log import Log

TASK, LABEL = Place("tasks", 0), Place("labels", 0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log is to be."""
    return tmp_path / "log.db"


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: pytest.FixtureRequest, path: Path) -> Iterator[Log]:
    """Open a log of either kind with pools in it."""
    if request.param == "embedded":
        opened: Log = EmbeddedLog(path, 2, create=True, synchronous="NORMAL")
    else:
        broker = request.getfixturevalue("broker")
        opened = KafkaLog(f"kafka://{broker.address}/{uuid4().hex[:8]}", LogSettings())
        create_topics(opened, 2, 1)
    with closing(opened):
        write(opened, *POOLS)
        yield opened


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_desk_is_restored_where_the_positions_tell(log: Log, when: str) -> None:
    flaky = FlakyLog(log)
    steps: list[str] = []
    with closing(worker(flaky, failpoint=steps.append)) as one:
        write(log, *(task(f"t{i}") for i in range(20)))
        one.run(until_idle=True)
        assert steps.count("before restore") == 2
        flaky.fail = {flaky.commits: when}
        write(log, *(task(f"u{i}") for i in range(20)))
        one.run(until_idle=True)
        figures = one.figures()
        assert figures["commits_unknown"] == 1
        assert steps.count("before restore") == 2
        assert figures["handled"] == len(POOLS) + 40
        assert figures["asks"] == figures["open_asks"] == 40
    assert len(events(log, "asks", Ask)) == 40


def test_a_tick_of_unknown_outcome_restores_nothing(path: Path) -> None:
    log = new_log(path)
    steps: list[str] = []
    flaky, times = FlakyLog(log), iter(range(100, 200, 2))
    one = worker(flaky, clock=lambda: float(next(times)), failpoint=steps.append)
    for _ in range(3):
        one.step()
    flaky.fail = {flaky.commits: "before"}
    one.step()
    one.step()
    assert one.figures()["commits_unknown"] == 1
    assert steps.count("before restore") == 1
    log.close()


def test_after_a_second_failure_in_a_row_desks_are_restored(path: Path) -> None:
    log = new_log(path)
    steps: list[str] = []
    flaky = FlakyLog(log)
    one = worker(flaky, failpoint=steps.append)
    one.step()
    write(log, task("t1"))
    flaky.fail = dict.fromkeys((flaky.commits, flaky.commits + 1), "before")
    one.run(until_idle=True)
    assert one.figures()["commits_unknown"] == 2
    assert steps.count("before restore") == 2
    assert len(events(log, "asks", Ask)) == 1
    log.close()


def test_it_reads_on_behind_its_desk_though_the_group_has_no_position(log: Log) -> None:
    """The commit that would have given it one did not happen."""
    write(log, *(task(f"t{i}") for i in range(30)))
    finish(log)
    before = written(log)
    forget(log)
    flaky = FlakyLog(log)
    with closing(hired(flaky)) as one:
        one.step()
        write(log, task("new"))
        flaky.fail = {flaky.commits: "before"}
        one.run(until_idle=True)
        assert one.figures()["commits_unknown"] == 1
    works(log)
    assert written(log) == (before[0] + 1, *before[1:])


# What the positions tell -----------------------------------------------------------------------


class Outcomes:
    """A member whose commit is unknown, with positions that a test has chosen."""

    def __init__(self, log: EmbeddedLog, found: dict[Place, int]) -> None:
        flaky = FlakyLog(log)
        flaky.fail = {0: "before"}
        self.done: list[str] = []
        self._commits = Commits(flaky.shared("workers", SHARED))
        with pytest.raises(CommitUnknown):
            self._commits.commit([], {TASK: 8, LABEL: 3}, lambda: self.done.append("kept"))
        rows = [("workers", *place, at) for place, at in found.items()]
        with log.transaction():
            log.connection.executemany("INSERT INTO positions VALUES (?, ?, ?, ?)", rows)

    def settle(self) -> bool:
        """Settle it."""
        return self._commits.settle(lambda: self.done.append("undone"))


@pytest.mark.parametrize(
    ("found", "done"),
    [
        ({TASK: 8, LABEL: 3}, ["kept"]),
        ({TASK: 7, LABEL: 2}, ["undone"]),
        ({}, ["undone"]),
        ({TASK: 8, LABEL: 2}, []),
        ({TASK: 9, LABEL: 3}, []),
        ({TASK: 9, LABEL: 4}, []),
        ({TASK: 7}, ["undone"]),
    ],
)
def test_it_is_kept_or_undone_or_not_told(
    path: Path, found: dict[Place, int], done: list[str]
) -> None:
    with closing(EmbeddedLog(path, create=True)) as log:
        outcomes = Outcomes(log, found)
        assert outcomes.settle() == bool(done)
        assert outcomes.done == done


def test_it_is_not_told_twice_before_all_is_well(path: Path) -> None:
    with closing(EmbeddedLog(path, create=True)) as log:
        outcomes = Outcomes(log, {TASK: 8, LABEL: 3})
        assert outcomes.settle()
        assert not outcomes.settle()
        outcomes._commits.over()
        assert outcomes.settle()
        assert outcomes.done == ["kept", "undone"]
