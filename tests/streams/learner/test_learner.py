"""Snapshots and learning: the brain is the rewards of the log, whatever happened to its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bandit.errors import StateError
from bandit.events import Control, Reward
from bandit.learn.brain import Brain
from streams.learner.snapshots import CHUNK_BYTES
from streams.log.log import NewRecord
from tests.streams.learner.knowledge import knowledge
from tests.streams.scenes import (
    SETTINGS,
    FlakyLog,
    events,
    kept,
    new_log,
    read,
    save,
    worker,
    write,
)
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.core import Core
    from streams.embedded.log import EmbeddedLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


def knows_the_fold(log: EmbeddedLog, core: Core) -> bool:
    """Whether a core knows what the rewards of the log, folded in order, teach."""
    rewards = events(log, "rewards", Reward)
    folded = Brain(SETTINGS)
    for reward in rewards:
        folded.learn(reward)
    assert isinstance(core.brain, Brain)
    return knowledge(core.brain, rewards) == knowledge(folded, rewards)


def damage(log: EmbeddedLog, key: bytes) -> None:
    """Spoil the newest record of a key."""
    (record,) = [one for one in read(log, "models") if one.key == key]
    assert record.value is not None
    spoiled = record.value[:-1] + bytes([record.value[-1] ^ 1])
    log.write([NewRecord("models", key, spoiled)])


def test_slots_are_used_in_turn_and_the_newest_comes_first(log: EmbeddedLog) -> None:
    for number in range(6):
        save(log, b"brain %d" % number, number, number)
    assert [one.data for one in kept(log).newest_first()] == [
        b"brain 5",
        b"brain 4",
        b"brain 3",
        b"brain 2",
    ]
    manifests = [one.key for one in read(log, "models") if one.key and b"chunk" not in one.key]
    assert manifests == [b"slot/2", b"slot/3", b"slot/0", b"slot/1"]


def test_a_large_brain_is_cut_into_chunks_and_a_smaller_one_may_follow(log: EmbeddedLog) -> None:
    large = bytes(range(256)) * (3 * CHUNK_BYTES // 256 + 1)
    save(log, large, 1, 1)
    assert max(len(one.value or b"") for one in read(log, "models")) <= CHUNK_BYTES
    assert next(kept(log).newest_first()).data == large
    for number in range(2, 6):
        save(log, b"small", number, number)
    assert [one.data for one in kept(log).newest_first()] == [b"small"] * 4


@pytest.mark.parametrize("key", [b"slot/1", b"slot/1/chunk/0"])
def test_a_damaged_snapshot_is_passed_over_for_the_one_before(log: EmbeddedLog, key: bytes) -> None:
    save(log, b"older", 1, 1)
    save(log, b"newer", 2, 2)
    damage(log, key)
    assert [one.data for one in kept(log).newest_first()] == [b"older"]


def test_a_worker_learns_from_the_snapshot_on_what_the_log_holds(log: EmbeddedLog) -> None:
    one = worker(log, snapshot_every=7)
    story(log, one.step)
    one.close()
    assert one.learner.counters["snapshots"] >= 2
    saved = next(kept(log).newest_first()).position
    again = worker(log)
    rewards = len(events(log, "rewards", Reward))
    assert again.learner.counters["learned"] == rewards - saved
    assert again.core.brain.position == rewards
    assert knows_the_fold(log, again.core)


def test_a_clean_stop_leaves_nothing_to_learn_again(log: EmbeddedLog) -> None:
    one = worker(log, snapshot_min_s=1e6)  # but for the last
    story(log, one.step)
    one.finish()
    one.finish()
    one.close()
    assert one.learner.counters["snapshots"] == 1
    again = worker(log)
    assert again.learner.counters["learned"] == 0
    assert knows_the_fold(log, again.core)


def test_without_a_snapshot_that_can_be_read_it_stops_until_it_is_told_to_start_over(
    log: EmbeddedLog,
) -> None:
    """All rewards are there, but to learn them again may take hours, decided without a model."""
    one = worker(log, snapshot_every=4)
    story(log, one.step)
    one.close()
    for record in read(log, "models"):
        if record.key is not None and b"/chunk/" in record.key:
            damage(log, record.key)
    assert list(kept(log).newest_first()) == []
    with pytest.raises(
        StateError, match=r"no snapshot can be read \(the newest, \d+: it is damaged"
    ):
        worker(log)
    write(log, Control(at=9.0, relearn=True))
    assert knows_the_fold(log, worker(log).core)


def test_a_snapshot_alone_that_is_whole_and_unreadable_is_named_with_the_reason(
    log: EmbeddedLog,
) -> None:
    """As after an upgrade that reads no snapshots of the release before."""
    save(log, b'{"version":0}', 7, 3)
    with pytest.raises(StateError, match=r"the newest, 0: saved brain: .*--relearn") as caught:
        worker(log)
    assert "\n" not in str(caught.value)
    assert [one.key for one in read(log, "models")] == [b"slot/0/chunk/0", b"slot/0"]


def test_nothing_starts_over_where_snapshots_and_rewards_are_gone_unless_told_to(
    log: EmbeddedLog,
) -> None:
    one = worker(log, snapshot_every=4)
    story(log, one.step)
    one.close()
    for record in read(log, "models"):
        if record.key is not None and b"/chunk/" in record.key:
            damage(log, record.key)
    log.delete_before("rewards", 0, 3)
    with pytest.raises(StateError, match=r"no snapshot can be read.*--relearn"):
        worker(log)
    write(log, Control(at=9.0, relearn=True))
    again = worker(log)
    assert again.learner.counters["learned"] == len(read(log, "rewards")) > 0


def test_a_learner_that_comes_too_late_counts_what_was_deleted(log: EmbeddedLog) -> None:
    write(log, Control(at=1.0, frozen=True))
    one = worker(log)
    story(log, one.step)
    one.close()
    log.delete_before("rewards", 0, 3)
    write(log, Control(at=2.0))
    again = worker(log)
    assert again.learner.counters["rewards_lost"] == 3
    assert again.learner.counters["learned"] == len(read(log, "rewards"))


def test_an_unreadable_snapshot_is_passed_over_for_the_one_before(log: EmbeddedLog) -> None:
    """What the rewards taught since that one is learned again, so nothing is lost."""
    one = worker(log)
    story(log, one.step)
    one.finish()
    one.close()
    save(log, b"from the future", 10_000, 3)
    again = worker(log)
    assert again.learner.counters["unreadable_snapshots"] == 1
    assert knows_the_fold(log, again.core)


def test_a_snapshot_that_fails_is_written_the_next_time(log: EmbeddedLog) -> None:
    flaky = FlakyLog(log)
    one = worker(flaky, snapshot_min_s=1e6)  # but for the last
    flaky.fail_writes = True
    story(log, one.step)
    one.finish()
    assert one.learner.counters["snapshots_failed"] == 1
    assert list(kept(log).newest_first()) == []
    flaky.fail_writes = False
    one.finish()
    assert next(kept(log).newest_first()).position == log.end("rewards", 0)


def test_what_is_no_reward_is_passed_over_and_counted(log: EmbeddedLog) -> None:
    log.write([NewRecord("rewards", b"t1", b"{}")])
    one = worker(log)
    assert one.learner.counters["unreadable_rewards"] == 1
    one.finish()
    one.close()
    assert worker(log).learner.counters["unreadable_rewards"] == 0
