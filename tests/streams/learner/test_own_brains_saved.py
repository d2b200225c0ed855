"""Brains of a live test's arms: saved beside each snapshot, followed, and taken back with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bandit.events import Control, Reward
from bandit.experiment_settings import MOST_OWN, ArmSettings, ExperimentSettings
from bandit.learn.brain import Brain
from bandit.learn.brains import Brains
from bandit.settings import PolicySettings, Settings
from streams.config.config import WorkerSettings
from streams.core import engine_maker
from streams.learner import slots
from streams.learner.learner import Learner
from streams.learner.snapshot_follower import SnapshotFollower
from streams.log.log import NewRecord
from streams.log.topics import MODELS
from tests.streams.learner.knowledge import knowledge
from tests.streams.scenes import events, kept, new_log, read, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bandit.engine.engine import Engine
    from streams.core import Core
    from streams.embedded.log import EmbeddedLog

TEST = ExperimentSettings(
    name="x/y",
    arms={
        "control": ArmSettings(share=0.4),
        "bold": ArmSettings(share=0.4, rate=5.0),
        "few": ArmSettings(share=0.2, labels_per_task=1, own_brain=True),
    },
)
SETTINGS = Settings(
    seed=1, policy=PolicySettings(name="cheapest", labels_per_task=2), experiment=TEST
)
OWN = ("bold", "few")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


def make(data: bytes | None) -> Engine:
    return engine_maker(SETTINGS, 1)(data)


def worked(log: EmbeddedLog, **settings: Any) -> None:
    """Let a worker run the test, and learn."""
    one = worker(log, make, **settings)
    story(log, one.step)
    one.finish()
    one.close()


def folded(log: EmbeddedLog, rewards: int | None = None) -> Brains:
    """What the first rewards of the log teach, in order; by default, all of them."""
    brains = Brains(SETTINGS, Brain(SETTINGS))
    for reward in events(log, "rewards", Reward)[:rewards]:
        brains.learn(reward)
    return brains


def assert_knows(core: Core, expected: Brains, log: EmbeddedLog) -> None:
    """Each arm's brain, and the shared one, know what they should."""
    rewards = events(log, "rewards", Reward)
    brains = core.brains
    assert isinstance(brains, Brains)
    assert brains.own.keys() == expected.own.keys()
    for arm in (None, *OWN):
        assert brains.of(arm).position == expected.of(arm).position
        assert knowledge(brains.of(arm), rewards) == knowledge(expected.of(arm), rewards)


def test_a_learner_that_starts_again_knows_what_each_arm_learned(log: EmbeddedLog) -> None:
    worked(log, snapshot_every=3)
    again = Learner(log, make, WorkerSettings(), "poolwise-learner")
    expected = folded(log)
    assert set(expected.own) == set(OWN)
    assert all(expected.of(arm).position > 0 for arm in OWN)
    assert_knows(again.core, expected, log)
    again.close()


def test_a_follower_adopts_the_brains_of_all_arms(log: EmbeddedLog) -> None:
    one = SnapshotFollower(log, make, lambda: 0.0)
    worked(log)
    one.learn()
    assert_knows(one.core, folded(log), log)
    one.close()


def test_a_snapshot_with_a_damaged_brain_of_an_arm_is_skipped_whole(log: EmbeddedLog) -> None:
    worked(log, snapshot_every=3)
    newest, before, *_ = kept(log).newest_first()
    assert set(newest.manifest.own) == {"x/y/bold", "x/y/few"}
    log.write([NewRecord(MODELS, slots.chunk(slots.of_arm(newest.slot, 1), 0), b"damaged")])
    assert next(kept(log).newest_first()).manifest.id == before.manifest.id
    again = Learner(log, make, WorkerSettings(), "poolwise-learner")
    assert_knows(again.core, folded(log), log)  # the rewards since are learned again
    again.close()


def test_a_rollback_takes_all_brains_back(log: EmbeddedLog) -> None:
    worked(log, snapshot_every=3)
    *_, oldest = kept(log).newest_first()
    write(log, Control(at=9.0, snapshot=oldest.manifest.id))
    one = Learner(log, make, WorkerSettings(), "poolwise-learner")
    one.learn()
    assert_knows(one.core, folded(log, oldest.position), log)
    one.close()


def test_learned_again_from_nothing_all_is_as_before(log: EmbeddedLog) -> None:
    worked(log)
    write(log, Control(at=9.0, relearn=True))
    one = Learner(log, make, WorkerSettings(), "poolwise-learner")
    one.learn()
    assert_knows(one.core, folded(log), log)
    one.close()


def test_the_keys_of_snapshots_are_few_whatever_tests_are_called(log: EmbeddedLog) -> None:
    worked(log, snapshot_every=2)
    keys = {record.key for record in read(log, MODELS)}
    allowed = {slots.in_turn(i) for i in range(slots.IN_TURN)}
    parts = allowed | {slots.of_arm(slot, i) for slot in allowed for i in range(MOST_OWN)}
    assert keys <= allowed | {slots.chunk(part, 0) for part in parts}


def without_test() -> Callable[[bytes | None], Engine]:
    return engine_maker(Settings(seed=1, policy=SETTINGS.policy), 1)


def test_a_worker_without_the_test_goes_on_with_the_shared_brain(log: EmbeddedLog) -> None:
    worked(log)
    one = Learner(log, without_test(), WorkerSettings(), "poolwise-learner")
    rewards = events(log, "rewards", Reward)
    shared = folded(log).shared
    assert knowledge(one.core.brain, rewards) == knowledge(shared, rewards)  # type: ignore[arg-type]
    one.close()
