"""A backlog of rewards is learned part after part, and snapshots are not saved too often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from bandit.events import Control, Decision, Reward
from streams.config.config import WorkerSettings, parse_config
from streams.learner import learner as module
from streams.learner.learner_process import LearnerProcess
from streams.log.log import NewRecord
from tests.streams.learner.test_learner import knows_the_fold
from tests.streams.learner.test_snapshot_follower import learner, make
from tests.streams.scenes import events, kept, new_log, task, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog

BATCH, TURN = 5, 2


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a turn learn ten rewards at most."""
    monkeypatch.setattr(module, "BATCH", BATCH)
    monkeypatch.setattr(module, "TURN", TURN)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with rewards in it that nobody has learned."""
    opened = new_log(tmp_path / "log.db")
    write(opened, Control(at=1.0, frozen=True))
    one = worker(opened)
    story(opened, one.step)
    one.close()
    for number in range(30):
        opened.write(
            [
                NewRecord("rewards", b"n", msgspec.json.encode(reward))
                for reward in [renamed(opened, number)]
            ]
        )
    yield opened
    opened.close()


def renamed(log: EmbeddedLog, number: int) -> Reward:
    """Return a reward of a task that nobody knows."""
    found = [one for one in events(log, "rewards", Reward) if one.basis == "consensus"]
    return msgspec.structs.replace(found[0], task=f"n{number}")


def test_a_turn_learns_a_bounded_number_after_a_freeze_is_lifted(log: EmbeddedLog) -> None:
    one = worker(log)
    one.step()
    assert one.learner.position == 0
    write(log, Control(at=2.0))
    end = log.end("rewards", 0)
    learned: list[int] = []
    while one.learner.position < end:
        write(log, task(f"new {len(learned)}"))
        before = len(events(log, "decisions", Decision))
        one.step()
        learned.append(one.learner.position)
        assert len(events(log, "decisions", Decision)) > before  # it works on meanwhile
    assert len(learned) >= end // (BATCH * TURN)
    assert learned[0] == BATCH * TURN
    assert knows_the_fold(log, one.core)


def test_at_the_start_nothing_is_decided_before_all_that_was_there_is_learned(
    log: EmbeddedLog,
) -> None:
    write(log, Control(at=2.0), task("new"))
    end, before = log.end("rewards", 0), len(events(log, "decisions", Decision))
    turns = []
    one = worker(log)
    while one.learner.catching_up():
        assert len(events(log, "decisions", Decision)) == before
        assert one.step() == 0
        turns.append(one.last_turn_at)
    assert len(set(turns)) >= end // (BATCH * TURN) - 1  # the loop turns, and says so
    assert knows_the_fold(log, one.core)
    one.step()
    assert len(events(log, "decisions", Decision)) > before


@pytest.mark.parametrize("alone", [True, False])
def test_until_idle_all_is_learned(log: EmbeddedLog, alone: bool) -> None:
    write(log, Control(at=2.0))
    one = LearnerProcess(log, make, WorkerSettings()) if alone else worker(log)
    one.run(until_idle=True)
    one.close()
    again = worker(log)
    assert again.learner.counters["learned"] == 0
    assert knows_the_fold(log, again.core)


def test_snapshots_are_not_saved_more_often_than_the_interval_but_for_the_last(
    log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(log, Control(at=2.0))
    now = 100.0
    monkeypatch.setattr("streams.learner.learner.time.monotonic", lambda: now)
    one = learner(log, snapshot_every=1, snapshot_min_s=10.0)
    while one.catching_up():
        one.learn()
    assert one.counters["snapshots"] == 0
    now += 10.0
    log.write([NewRecord("rewards", b"n", msgspec.json.encode(renamed(log, 99)))])
    one.learn()
    assert one.counters["snapshots"] == 1
    log.write([NewRecord("rewards", b"n", msgspec.json.encode(renamed(log, 100)))])
    one.learn()
    assert one.counters["snapshots"] == 1
    one.save()
    assert one.counters["snapshots"] == 2
    assert next(kept(log).newest_first()).position == log.end("rewards", 0)


def test_the_interval_is_ten_seconds_and_may_be_none() -> None:
    assert parse_config("").worker.snapshot_min_s == 10.0
    assert parse_config("[worker]\nsnapshot_min_s = 0").worker.snapshot_min_s == 0.0
