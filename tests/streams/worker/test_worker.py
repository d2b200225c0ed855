"""The worker on the real log with the real engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.errors import LogBusy, LogError
from bandit.events import Ask, Decision, Gold, Reward, Tick, Verdict
from streams.config.config import WorkerSettings
from streams.log.codec import encode
from streams.log.log import NewRecord, Place
from streams.log.topics import DESK, partition_of
from streams.process.failpoints import FAILPOINTS
from streams.worker.worker import Worker
from tests.streams.scenes import (
    FlakyLog,
    events,
    label,
    letters,
    new_log,
    read,
    task,
    touchy,
    worker,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streams.log.log import Log

WRITTEN = ("decisions", "asks", "rewards", "verdicts", "deadletters", "desk")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the log is to be."""
    return tmp_path / "log.db"


def story(log: Log, step: Callable[[], object], tasks: int = 12, rounds: int = 12) -> None:
    """Feed tasks, answer what is asked, let time pass; `step` lets the worker do its part."""
    seen = 0
    write(log, Tick(at=1.0))
    for number in range(rounds):
        now = 1.0 + 20.0 * (number + 1)
        new = [task(f"t{i}", at=now) for i in range(tasks) if i % rounds == number]
        asks = events(log, "asks", Ask)
        answers = [label(ask, now) for ask in asks[seen:] if hash_of(ask) % 4]
        seen = len(asks)
        gold = [Gold(task="t1", answer="no", at=now)] if number == rounds - 2 else []
        write(log, *new, *answers, *answers[:1], *gold, Tick(at=now))
        step()


def hash_of(ask: Ask) -> int:
    """Return a number that is fixed by the ask."""
    return partition_of(f"{ask.task}/{ask.ask}".encode(), 1000)


def written(log: Log) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
    """Return all that workers have written, but snapshots."""
    return {topic: [(one.key, one.value) for one in read(log, topic)] for topic in WRITTEN}


def never_stopped(path: Path) -> dict[str, list[tuple[bytes | None, bytes | None]]]:
    """Return what a worker writes that nothing happens to."""
    log = new_log(path)
    steady = worker(log)
    story(log, steady.step)
    found = written(log)
    log.close()
    return found


def test_a_task_is_decided_asked_labeled_and_answered(path: Path) -> None:
    log = new_log(path)
    write(log, task("t1"))
    one = worker(log)
    assert one.step() > 0
    for _ in range(2):
        write(log, label(events(log, "asks", Ask)[-1], 5.0))
        one.step()
    assert [decision.ask for decision in events(log, "decisions", Decision)] == [1, 2, 3]
    (verdict,) = events(log, "verdicts", Verdict)
    assert (verdict.answer, verdict.labels) == ("yes", 2)
    assert len(events(log, "rewards", Reward)) == one.core.brain.position == 2
    assert one.figures()["open_tasks"] == 0
    assert letters(log) == []
    log.close()


def test_all_that_a_task_gives_stands_in_the_partition_of_its_key(path: Path) -> None:
    log = new_log(path, partitions=4)
    write(log, *(task(f"t{i}") for i in range(20)))
    worker(log).step()
    for topic in ("decisions", "asks"):
        records = read(log, topic)
        assert {one.partition for one in records} == {0, 1, 2, 3}
        assert all(one.partition == partition_of(one.key or b"", 4) for one in records)
    for partition in range(4):
        keys = [one.key for one in read(log, DESK) if one.partition == partition]
        tasks = [key.removeprefix(b"task/") for key in keys if key and key.startswith(b"task/")]
        assert all(partition_of(key, 4) == partition for key in tasks)
    log.close()


def test_restarted_after_every_step_it_writes_what_it_would_have_written(path: Path) -> None:
    log = new_log(path)

    def step() -> None:
        once = worker(log, snapshot_every=3)
        once.step()
        once.close()

    story(log, step)
    found = written(log)
    log.close()
    assert found == never_stopped(path.with_name("steady.db"))
    assert len(found["verdicts"]) >= 8


@pytest.mark.parametrize("when", ["before", "after"])
def test_commits_of_unknown_outcome_lose_nothing_and_repeat_nothing(path: Path, when: str) -> None:
    log = new_log(path)
    flaky = FlakyLog(log)
    flaky.fail = dict.fromkeys((0, 2, 5, 6, 11), when)
    one = worker(flaky)

    def step() -> None:
        one.step()
        while not one.idle():
            one.step()

    story(log, step)
    found = written(log)
    log.close()
    assert flaky.commits > 12
    assert found == never_stopped(path.with_name("steady.db"))


def test_a_log_whose_commits_never_succeed_stops_the_worker(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.process.recovery.FIRST_WAIT_S", 0.0)
    log = new_log(path)
    write(log, task("t1"))
    flaky = FlakyLog(log)
    flaky.fail = dict.fromkeys(range(10_000), "before")
    one = worker(flaky, recover_s=0.3)
    with pytest.raises(
        LogError,
        match=r"requests to the log in a row failed, for longer than worker.recover_s = 0\.3 s",
    ):
        one.run(until_idle=True)
    assert flaky.commits > 1
    log.close()


def test_a_second_worker_is_refused(path: Path) -> None:
    log = new_log(path)
    one = worker(log)
    with pytest.raises(LogBusy, match=path.name):
        worker(log)
    one.close()
    worker(log)
    log.close()


def test_a_worker_that_could_not_start_leaves_the_group(path: Path) -> None:
    def broken(_: bytes | None) -> None:
        raise RuntimeError("no engine today")

    log = new_log(path)
    with pytest.raises(RuntimeError):
        Worker(log, broken, WorkerSettings())  # type: ignore[arg-type]  # it makes none, as said
    worker(log)
    log.close()


def test_records_in_the_wrong_partition_are_forwarded_and_counted(path: Path) -> None:
    log = new_log(path, partitions=2)
    right = partition_of(b"t1", 2)
    log.write([NewRecord("tasks", b"t1", encode(task("t1")), 1 - right)])
    one = worker(log)
    one.run(until_idle=True)
    assert one.figures()["forwarded"] == 1
    assert [record.partition for record in read(log, "asks")] == [right]
    log.close()


def test_the_worker_writes_a_tick_a_second_into_each_partition(path: Path) -> None:
    log = new_log(path, partitions=2)
    now = [0.0]
    one = worker(log, clock=lambda: now[0])
    for now[0] in (100.0, 100.4, 100.9, 101.1, 101.2, 50.0, 50.1):
        one.step()
    ticks = events(log, "labels", Tick)
    assert sorted(tick.at for tick in ticks) == [50.0, 50.0, 100.0, 100.0, 101.1, 101.1]
    assert one.handled == 2 + 6  # the pools, too
    log.close()


def test_without_a_clock_it_writes_no_ticks(path: Path) -> None:
    log = new_log(path)
    worker(log).run(until_idle=True)
    assert read(log, "labels") == []
    log.close()


def test_until_idle_works_through_all_batches_and_stops(path: Path) -> None:
    log = new_log(path)
    write(log, *(task(f"t{i}") for i in range(25)), *(Tick(at=float(i)) for i in range(1, 40)))
    one = worker(log, batch_records=4, clock=lambda: 40.0)
    one.run(until_idle=True)
    assert one.figures()["open_asks"] == 25
    assert one.handled == 2 + 25 + 39 + 1
    log.close()


def test_at_max_open_tasks_wait_and_labels_do_not(path: Path) -> None:
    log = new_log(path)
    write(log, *(task(f"t{i}") for i in range(10)))
    one = worker(log, max_open=3, batch_records=3)
    one.run(until_idle=True)
    assert one.core.open_tasks() == 3
    for _ in range(2):
        seen = {(ask.task, ask.ask): ask for ask in events(log, "asks", Ask)}
        write(log, *(label(ask, 2.0) for ask in seen.values()))
        one.run(until_idle=True)
    assert len(events(log, "verdicts", Verdict)) >= 3
    assert one.core.open_tasks() == 3
    log.close()


def test_every_failpoint_is_reached(path: Path) -> None:
    reached: list[str] = []
    log = new_log(path)
    one = worker(log, clock=lambda: 1.0, failpoint=reached.append, snapshot_every=1)
    story(log, one.step)
    assert set(FAILPOINTS) == set(reached)
    log.close()


def test_positions_and_outputs_are_committed_together(path: Path) -> None:
    log = new_log(path)
    flaky = FlakyLog(log)
    write(log, task("t1"))
    one = worker(flaky)
    flaky.fail = {1: "before"}  # after the one for the pools
    one.step()
    shared = one._member
    assert shared.committed(Place("tasks", 0)) is None
    assert all(read(log, topic) == [] for topic in ("asks", "decisions"))
    (state,) = (msgspec.json.decode(one.value or b"") for one in read(log, DESK))
    assert state == {"positions": {"pools": 2}, "split": 1}
    one.step()
    assert shared.committed(Place("tasks", 0)) == 1
    assert len(read(log, "asks")) == 1
    log.close()


def test_the_bug_of_the_tests_is_only_in_the_touchy_engine(path: Path) -> None:
    log = new_log(path)
    write(log, task("t1"), task("t2"))
    worker(log, touchy).step()
    assert len(read(log, "asks")) == 2
    log.close()
