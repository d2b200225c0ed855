"""SnapshotFollower the learner: the newest model, and none older."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from structlog.testing import capture_logs

from bandit.events import Reward
from bandit.learn.brain import Brain
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.learner.learner import Learner
from streams.learner.snapshot_follower import SnapshotFollower
from streams.learner.snapshots import manifest_of
from streams.learner.snapshots import write as write_snapshot
from tests.streams.learner.knowledge import knowledge
from tests.streams.learner.test_learner import damage
from tests.streams.scenes import SETTINGS, events, kept, new_log, save, worker
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bandit.engine.engine import Engine
    from streams.embedded.log import EmbeddedLog
    from streams.learner.snapshots import Snapshot
    from streams.log.log import Log

NAME = "poolwise-learner"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make(data: bytes | None) -> Engine:
    """Make an engine of one partition."""
    return engine_maker(SETTINGS, 1)(data)


def following(log: Log, clock: Clock | None = None) -> SnapshotFollower:
    """Follow whoever learns."""
    return SnapshotFollower(log, make, clock or Clock())


def learner(log: Log, clock: Clock | None = None, **settings: Any) -> Learner:
    """Learn, by itself."""
    return Learner(log, make, WorkerSettings(**settings), NAME, clock=clock)


def brains(log: EmbeddedLog) -> list[Snapshot]:
    """Let a worker learn a story; the snapshots it left, the newest first."""
    one = worker(log, snapshot_every=3)
    story(log, one.step)
    one.finish()
    one.close()
    found = list(kept(log).newest_first())
    assert len({snapshot.data for snapshot in found}) == 4
    return found


def knows(core: Any, snapshot: Snapshot, rewards: list[Reward]) -> bool:
    """Whether a core knows what a snapshot does."""
    saved = Brain.from_bytes(SETTINGS, snapshot.data)
    return knowledge(core.brain, rewards) == knowledge(saved, rewards)


def save_at(log: EmbeddedLog, snapshot: Snapshot, at: float) -> None:
    """Save a brain as the newest, as a learner with a clock does."""
    manifest = snapshot.manifest
    made = manifest_of(snapshot.data, kept(log).next_id(), manifest.learned, manifest.position)
    writer = log.writer("test")
    write_snapshot(writer, msgspec.structs.replace(made, at=at), snapshot.data)
    writer.close()


def test_a_follower_begins_with_the_newest_and_takes_up_each_newer_one(log: EmbeddedLog) -> None:
    newest, *_, oldest = brains(log)
    rewards = events(log, "rewards", Reward)
    save(log, oldest.data, oldest.manifest.learned, oldest.position)
    one = following(log)
    assert one.position == oldest.position
    assert knows(one.core, oldest, rewards)
    save(log, newest.data, newest.manifest.learned, newest.position)
    one.learn()
    assert one.position == newest.position
    assert knows(one.core, newest, rewards)
    assert one.counters["snapshots_followed"] == 2


def test_a_follower_without_a_snapshot_begins_with_nothing(log: EmbeddedLog) -> None:
    one = following(log)
    assert (one.position, one.core.brain.position) == (0, 0)


@pytest.mark.parametrize("part", [b"", b"/chunk/0"])
def test_a_newer_snapshot_that_is_damaged_is_not_taken_up(log: EmbeddedLog, part: bytes) -> None:
    newest, *_, oldest = brains(log)
    save(log, oldest.data, oldest.manifest.learned, oldest.position)
    one = following(log)
    save(log, newest.data, newest.manifest.learned, newest.position)
    number = kept(log).next_id() - 1
    damage(log, b"slot/%d%s" % (number % 4, part))
    one.learn()
    assert one.position == oldest.position
    assert knows(one.core, oldest, events(log, "rewards", Reward))


def test_a_follower_never_goes_back_to_an_older_snapshot(log: EmbeddedLog) -> None:
    newest = brains(log)[0]
    one = following(log)
    damage(log, b"slot/%d/chunk/0" % (newest.manifest.id % 4))
    one.learn()
    assert next(kept(log).newest_first()).position < newest.position
    assert one.position == newest.position
    assert knows(one.core, newest, events(log, "rewards", Reward))


def test_a_newer_snapshot_of_another_version_is_counted_and_told(log: EmbeddedLog) -> None:
    newest = brains(log)[0]
    one = following(log)
    save(log, b"from the future", 10_000, 10_000)
    with capture_logs() as told:
        one.learn()
    assert one.position == newest.position
    assert one.counters["unreadable_snapshots"] == 1
    (line,) = told
    assert (line["event"], line["snapshot"]) == ("snapshot_unreadable", newest.manifest.id + 1)


def test_the_model_is_as_old_as_the_newest_snapshot_says(log: EmbeddedLog) -> None:
    clock = Clock()
    one = following(log, clock)
    clock.now += 50.0
    assert one.model_age_s() == 50.0  # since the start
    newest = brains(log)[0]
    save_at(log, newest, at=clock.now - 20.0)
    one.learn()
    assert one.model_age_s() == 20.0
    clock.now += 600.0
    assert one.model_age_s() == 620.0


def test_a_learner_with_nothing_new_to_learn_says_that_it_is_there(log: EmbeddedLog) -> None:
    """A follower knows the same model as before, and that it isn't old."""
    brains(log)
    clock = Clock()
    teacher, one = learner(log, clock, snapshot_every_s=0.001), following(log, clock)
    followed = one.counters["snapshots_followed"]
    clock.now += 600.0
    teacher.learn(0.01)
    one.learn()
    assert one.model_age_s() == 0.0
    assert one.counters["snapshots_followed"] == followed


def test_a_learner_that_has_never_had_a_reward_says_that_it_is_there(log: EmbeddedLog) -> None:
    clock = Clock()
    teacher, one = learner(log, clock, snapshot_every_s=0.001), following(log, clock)
    clock.now += 600.0
    teacher.learn(0.01)
    one.learn()
    assert one.model_age_s() == 0.0
