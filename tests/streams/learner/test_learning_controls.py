"""Controls of the learning: frozen it learns nothing, and it goes back to a snapshot once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from structlog.testing import capture_logs

from bandit.events import Control, Reward
from bandit.learn.brain import Brain
from streams.log.log import NewRecord
from tests.streams.learner.knowledge import knowledge
from tests.streams.learner.test_learner import knows_the_fold
from tests.streams.learner.test_snapshot_follower import brains, following, knows, learner, make
from tests.streams.scenes import SETTINGS, FlakyLog, events, kept, new_log, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog
    from streams.learner.snapshots import Snapshot


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


def test_frozen_it_learns_nothing_and_lifted_it_learns_all(log: EmbeddedLog) -> None:
    one = worker(log)
    write(log, Control(at=1.0, frozen=True))
    story(log, one.step)
    assert one.core.brain.position == one.learner.position == 0
    assert len(events(log, "rewards", Reward)) > 0
    write(log, Control(at=2.0))
    one.step()
    assert one.learner.position == log.end("rewards", 0)
    assert knows_the_fold(log, one.core)


def test_frozen_it_learns_nothing_after_a_restart_either(log: EmbeddedLog) -> None:
    one = worker(log)
    write(log, Control(at=1.0, frozen=True), Control(at=1.0, project="p", paused=False))
    log.write([NewRecord("controls", b"learning?", b"no control")])
    story(log, one.step)
    one.close()
    again = worker(log)
    again.step()
    assert again.core.brain.position == again.learner.position == 0
    again.close()
    alone = learner(log)
    alone.learn()
    assert alone.position == 0
    write(log, Control(at=2.0))
    alone.learn()
    assert alone.position == log.end("rewards", 0)


def rolled_back(log: EmbeddedLog, target: Snapshot) -> None:
    """Order to go back to `target`."""
    write(log, Control(at=5.0, snapshot=target.manifest.id, why="it learned rubbish"))


def test_rolled_back_it_knows_what_the_snapshot_does_and_goes_on_from_here(
    log: EmbeddedLog,
) -> None:
    target = brains(log)[2]
    rewards, end = events(log, "rewards", Reward), log.end("rewards", 0)
    one = worker(log)
    rolled_back(log, target)
    one.step()
    assert knows(one.core, target, rewards)
    assert one.learner.position == end
    newest = next(kept(log).newest_first())
    assert newest.manifest.skipped == ((target.position, end),)
    assert newest.position == end
    assert knows(make(newest.data), target, rewards)


def test_rolled_back_while_nobody_learned_it_passes_over_what_was_there(log: EmbeddedLog) -> None:
    """As it would have, had it read the order at once: no one knows of when in rewards it is."""
    target = brains(log)[2]
    log.write(rewards_again(log))
    end = log.end("rewards", 0)
    rolled_back(log, target)
    alone = learner(log)
    assert alone.position == end
    assert knows(alone.core, target, events(log, "rewards", Reward))
    assert next(kept(log).newest_first()).manifest.skipped == ((target.position, end),)


def test_a_freeze_before_a_rollback_is_read_as_if_compaction_had_removed_it(
    log: EmbeddedLog,
) -> None:
    """On Kafka both may be there: the result must not depend on when the topic was compacted."""
    target = brains(log)[2]
    log.write(rewards_again(log))
    end = log.end("rewards", 0)
    freeze = Control(at=4.0, frozen=True)
    log.write([NewRecord("controls", b"not compacted yet", msgspec.json.encode(freeze))])
    rolled_back(log, target)
    alone = learner(log)
    assert alone.position == end
    assert next(kept(log).newest_first()).manifest.skipped == ((target.position, end),)


def test_it_is_rolled_back_once_however_often_it_starts_again(log: EmbeddedLog) -> None:
    target = brains(log)[2]
    one = worker(log)
    rolled_back(log, target)
    one.step()
    one.close()
    skipped = next(kept(log).newest_first()).manifest.skipped
    after = log.end("rewards", 0)
    for _ in range(2):
        again = worker(log)
        log.write(rewards_again(log))
        again.step()
        again.finish()
        again.close()
    newest = next(kept(log).newest_first())
    assert newest.position == log.end("rewards", 0) > after
    assert newest.manifest.skipped == skipped
    expected = Brain.from_bytes(SETTINGS, target.data)
    rewards = events(log, "rewards", Reward)
    for reward in rewards[after:]:
        expected.learn(reward)
    found = Brain.from_bytes(SETTINGS, newest.data)
    assert knowledge(found, rewards) == knowledge(expected, rewards)


def rewards_again(log: EmbeddedLog) -> list[NewRecord]:
    """Return a few rewards of tasks that nobody knows."""
    found = [one for one in events(log, "rewards", Reward) if one.basis == "consensus"][:3]
    return [
        NewRecord("rewards", b"t", encoded(reward, f"new-{log.end('rewards', 0)}-{i}"))
        for i, reward in enumerate(found)
    ]


def encoded(reward: Reward, task: str) -> bytes:
    """Return a reward as if it were another task's."""
    return msgspec.json.encode(msgspec.structs.replace(reward, task=task))


def test_a_follower_takes_up_what_was_rolled_back(log: EmbeddedLog) -> None:
    target = brains(log)[2]
    one, teacher = following(log), learner(log)
    rolled_back(log, target)
    teacher.learn()
    one.learn()
    assert knows(one.core, target, events(log, "rewards", Reward))
    assert one.position == log.end("rewards", 0)


def test_a_rollback_that_can_not_be_saved_is_saved_with_the_next_snapshot(
    log: EmbeddedLog,
) -> None:
    target = brains(log)[2]
    end = log.end("rewards", 0)
    flaky = FlakyLog(log)
    teacher = learner(flaky)
    flaky.fail_writes = True
    rolled_back(log, target)
    teacher.learn()
    assert teacher.counters["snapshots_failed"] == 1
    flaky.fail_writes = False
    teacher.save()
    newest = next(kept(log).newest_first())
    assert newest.manifest.skipped == ((target.position, end),)
    assert knows(make(newest.data), target, events(log, "rewards", Reward))
    teacher.close()
    again = learner(log)
    again.save()
    assert next(kept(log).newest_first()).manifest == newest.manifest  # it was not done once more


def test_going_back_to_a_snapshot_that_is_not_kept_is_refused_with_a_line(
    log: EmbeddedLog,
) -> None:
    newest = brains(log)[0]
    one = worker(log)
    write(log, Control(at=5.0, snapshot=99))
    with capture_logs() as told:
        one.step()
    (line,) = [line for line in told if line["event"] == "rollback_refused"]
    assert (line["snapshot"], line["log_level"]) == (99, "error")
    assert knows_the_fold(log, one.core)
    assert next(kept(log).newest_first()).manifest == newest.manifest
