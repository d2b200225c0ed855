"""Snapshots come often at first, so that followers decide by nearly all that was learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bandit.events import Control, Reward
from streams.config.config import WorkerSettings
from streams.learner.learner import Learner
from streams.learner.snapshot_follower import SnapshotFollower
from streams.learner.snapshot_schedule import FIRST, SHARE, is_due
from streams.log.log import NewRecord
from tests.streams.learner.test_snapshot_follower import NAME, make
from tests.streams.scenes import events, new_log, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from pathlib import Path


def saves(gaps_s: list[float], settings: WorkerSettings) -> list[tuple[int, int, float]]:
    """Return each snapshot's position, rewards since the last one, and time since the last one.

    `gaps_s` are the times from one reward to the next.
    """
    saved, at, last, last_at = [], 0.0, 0, 0.0
    for number, gap_s in enumerate(gaps_s, 1):
        at += gap_s
        if is_due(number, number - last, at - last_at, settings):
            saved.append((number, number - last, at - last_at))
            last, last_at = number, at
    return saved


@given(st.integers(1, 3000), st.integers(100, 20_000))
def test_without_a_least_time_a_follower_is_at_most_a_twentieth_behind(
    every: int, count: int
) -> None:
    settings = WorkerSettings(snapshot_every=every, snapshot_min_s=0.0)
    saved = saves([0.001] * count, settings)
    for position, since, _ in saved:
        assert since <= max(FIRST, SHARE * position + 1)
        assert since <= every
    last = saved[-1][0] if saved else 0
    assert count - last <= max(FIRST, SHARE * count + 1)
    assert len(saved) <= count / every + 200


@given(st.lists(st.floats(0.0, 30.0), max_size=2000), st.floats(0.0, 60.0))
def test_once_a_snapshots_rewards_are_as_set_so_is_the_time(
    gaps_s: list[float], min_s: float
) -> None:
    settings = WorkerSettings(snapshot_every=30, snapshot_min_s=min_s)
    for position, since, age_s in saves(gaps_s, settings):
        assert since >= FIRST
        assert age_s >= min_s * (FIRST / 30)
        if position >= 30 / SHARE:
            assert since >= 30
            assert age_s >= min_s


def test_at_1000_rewards_a_second_snapshots_are_soon_as_rare_as_before() -> None:
    """Two minutes: 150 snapshots in the first 40 s, of a brain that is small then."""
    settings = WorkerSettings()
    saved = saves([0.001] * 120_000, settings)
    late = [age_s for position, _, age_s in saved if position > settings.snapshot_every / SHARE]
    assert min(late) == pytest.approx(settings.snapshot_min_s, abs=0.01)
    assert len(saved) - len(late) <= 150


def test_a_follower_has_the_first_rewards_before_snapshot_every(tmp_path: Path) -> None:
    """The learner learns reward after reward; its follower is never 6 behind."""
    log = new_log(tmp_path / "log.db")
    write(log, Control(at=1.0, frozen=True))
    first = worker(log)
    story(log, first.step)
    first.close()
    write(log, Control(at=2.0))
    (one, *_) = [one for one in events(log, "rewards", Reward) if one.basis == "consensus"]
    learner = Learner(log, make, WorkerSettings(snapshot_min_s=0.0), NAME)
    follower = SnapshotFollower(log, make, lambda: 0.0)
    for number in range(60):
        reward = msgspec.structs.replace(one, task=f"n{number}")
        log.write([NewRecord("rewards", b"n", msgspec.json.encode(reward))])
        learner.learn()
        follower.learn()
        behind = learner.core.brain.position - follower.core.brain.position
        assert behind <= FIRST
    assert follower.counters["snapshots_followed"] >= 3
    learner.close()
    follower.close()
    log.close()
