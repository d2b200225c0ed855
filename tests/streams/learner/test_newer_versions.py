"""What a newer poolwise wrote: whoever can't read it stops with one line, and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from structlog.testing import capture_logs

from bandit.errors import NewerVersion, StateError
from bandit.events import Control, Reward
from bandit.learn import saved_brain
from streams.config.config import WorkerSettings
from streams.learner.slot_schedule import SlotSchedule
from streams.learner.slots import in_turn
from streams.learner.snapshots import manifest_of
from streams.learner.snapshots import write as write_snapshot
from streams.log.log import NewRecord
from streams.worker.worker import Worker
from tests.streams.learner.test_learner import damage, knows_the_fold
from tests.streams.learner.test_snapshot_follower import brains, following, knows, learner, make
from tests.streams.scenes import events, kept, new_log, read, save, worker, write
from tests.streams.worker.test_worker import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streams.embedded.log import EmbeddedLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Open a log with two pools in it."""
    opened = new_log(tmp_path / "log.db")
    yield opened
    opened.close()


def newer_reward(log: EmbeddedLog, **fields: object) -> int:
    """Write a reward of the next version; return its offset."""
    reward = msgspec.json.decode(msgspec.json.encode(events(log, "rewards", Reward)[0]))
    offset = log.end("rewards", 0)
    log.write([NewRecord("rewards", b"t", msgspec.json.encode(reward | fields | {"v": 2}))])
    return offset


def newer_snapshot(log: EmbeddedLog, *, v: int = 1, brain: int = 99) -> int:
    """Save a snapshot as a newer poolwise does; return its number."""
    data = b'{"version":99,"new":"format"}'
    made = manifest_of(data, kept(log).next_id(), 10, 10)
    writer = log.writer("newer")
    write_snapshot(writer, msgspec.structs.replace(made, v=v, brain=brain), data)
    writer.close()
    return made.id


@pytest.mark.parametrize("fields", [{}, {"quality": {"is": "a table now"}, "task": 7}])
def test_a_learner_stops_at_a_newer_reward_and_learns_it_when_it_can(
    log: EmbeddedLog, fields: dict[str, object]
) -> None:
    one = worker(log)
    story(log, one.step)
    offset = newer_reward(log, **fields)
    with pytest.raises(NewerVersion, match=rf"rewards at offset {offset}: version 2, .* reads 1"):
        one.step()
    one.close()
    assert next(kept(log).newest_first()).position == offset  # what was before it is not lost
    with pytest.raises(NewerVersion, match=f"offset {offset}"):
        learner(log)
    (newer,) = [one for one in read(log, "rewards") if one.offset == offset]
    rewritten = msgspec.json.decode(newer.value or b"") | {"v": 1}
    if not fields:  # the newer program reads it
        with log.transaction():
            log.connection.execute(
                'UPDATE "rewards/0" SET value = ? WHERE "offset" = ?',
                (msgspec.json.encode(rewritten), offset),
            )
        assert knows_the_fold(log, learner(log).core)


def test_what_is_no_event_of_any_version_is_passed_over_still(log: EmbeddedLog) -> None:
    odd = (b"", b"\xff", b"[2]", b'{"v":"2"}', b'{"v":2.5}', b'{"v":0}', b'{"v":true}')
    log.write([NewRecord("rewards", b"t1", value) for value in odd])
    one = learner(log)
    assert one.counters["unreadable_rewards"] == len(odd)


def test_a_learner_stops_where_a_newer_one_saved_and_leaves_it_at_work(log: EmbeddedLog) -> None:
    brains(log)
    newer = log.writer("poolwise-learner")
    number = newer_snapshot(log)
    with pytest.raises(NewerVersion, match=f"snapshot {number}: version 99"):
        learner(log)
    newer.write([])  # nobody took its name
    newer.close()
    with pytest.raises(NewerVersion):
        worker(log)


@pytest.mark.parametrize(("v", "brain"), [(2, 1), (1, 99)])
def test_a_follower_stops_if_nothing_older_is_kept(log: EmbeddedLog, v: int, brain: int) -> None:
    number = newer_snapshot(log, v=v, brain=brain)
    with pytest.raises(NewerVersion, match=f"snapshot {number}: version"):
        Worker(log, make, WorkerSettings(), follow=True)


def test_a_worker_refuses_a_desk_with_a_newer_record_and_changes_nothing(
    log: EmbeddedLog,
) -> None:
    one = worker(log)
    story(log, one.step)
    one.close()
    (record, *_) = [one for one in read(log, "desk") if (one.key or b"").startswith(b"task/")]
    newer = msgspec.json.decode(record.value or b"") | {"v": 2, "new": 7}
    log.write([NewRecord("desk", record.key, msgspec.json.encode(newer))])
    before = log.end("desk", 0)
    with pytest.raises(NewerVersion, match=r"desk record .task/.*: version 2, .* reads 1"):
        worker(log).step()
    assert log.end("desk", 0) == before


def test_a_follower_uses_the_newest_that_it_can_read(log: EmbeddedLog) -> None:
    newest = brains(log)[0]
    newer_snapshot(log)
    one = following(log)
    assert knows(one.core, newest, events(log, "rewards", Reward))
    newer_snapshot(log)
    one.learn()
    assert one.position == newest.position


def test_a_follower_of_a_new_log_stops_at_the_first_snapshot_that_it_cannot_read(
    log: EmbeddedLog,
) -> None:
    one = following(log)
    newer_snapshot(log)
    with pytest.raises(NewerVersion):
        one.learn()


def test_a_follower_does_not_begin_with_nothing_where_all_are_damaged(log: EmbeddedLog) -> None:
    for number in range(4):
        save(log, b"brain %d" % number, number, number)
        damage(log, b"slot/%d/chunk/0" % number)
    with pytest.raises(StateError, match="every snapshot is damaged"):
        following(log)


def test_a_learner_goes_back_to_an_older_version_by_order_and_learns_all_again(
    log: EmbeddedLog,
) -> None:
    older = brains(log)[2]
    newer_snapshot(log)
    write(log, Control(at=5.0, snapshot=older.manifest.id, relearn=True))
    again = worker(log)
    assert knows_the_fold(log, again.core)
    newest = next(kept(log).newest_first()).manifest
    assert (newest.brain, newest.skipped, newest.control) == (saved_brain.VERSION, (), 0)
    again.finish()
    again.close()
    assert learner(log).counters["learned"] == 0  # it went back once


def test_an_order_that_names_no_snapshot_lets_no_older_program_begin(log: EmbeddedLog) -> None:
    brains(log)
    newer_snapshot(log)
    write(log, Control(at=5.0, snapshot=77, relearn=True))
    with pytest.raises(NewerVersion):
        learner(log)


def test_relearning_alone_begins_with_the_first_reward(log: EmbeddedLog) -> None:
    brains(log)
    one = worker(log)
    before = one.learner.counters["learned"]
    write(log, Control(at=5.0, relearn=True))
    with capture_logs() as told:
        one.step()
        while one.learner.catching_up():
            one.step()
    assert one.learner.counters["learned"] - before == len(events(log, "rewards", Reward))
    assert knows_the_fold(log, one.core)
    assert [line["to"] for line in told if line["event"] == "rolled_back"] == [0]


def test_what_was_taken_back_is_not_learned_again(log: EmbeddedLog) -> None:
    oldest, end = brains(log)[3], log.end("rewards", 0)
    one = worker(log)
    write(log, Control(at=5.0, snapshot=oldest.manifest.id))
    one.step()
    write(log, Control(at=6.0, relearn=True))
    while one.step() or one.learner.catching_up():
        pass
    assert one.core.brain.position == oldest.manifest.learned
    assert next(kept(log).newest_first()).manifest.skipped == ((oldest.position, end),)
    assert knows(one.core, oldest, events(log, "rewards", Reward))


def test_a_newer_snapshot_is_not_taken_for_one_of_the_version_before(
    log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of which version its brain is can't be read, and it must not be spared for ever."""
    monkeypatch.setattr(saved_brain, "VERSION", saved_brain.VERSION + 1)
    number = kept(log).next_id()
    newer = {"v": 99, "id": number, "control": -1}
    log.write([NewRecord("models", in_turn(number), msgspec.json.encode(newer))])
    assert SlotSchedule(kept(log), None).next_id == number + 1
    assert SlotSchedule(kept(log), None)._spared is None


def test_the_snapshot_of_the_version_before_is_spared(log: EmbeddedLog) -> None:
    """A program of the release before that is started again finds one that it can read."""
    data = brains(log)[0].data
    older = manifest_of(data, kept(log).next_id(), 10, 10)
    writer = log.writer("older")
    write_snapshot(writer, msgspec.structs.replace(older, brain=0), data)
    writer.close()
    for _ in range(2):
        one = learner(log)
        for number in range(6):
            log.write(rewards_of(log, number))
            one.learn()
            one.save()
        one.close()
    numbers = [manifest.id for slot, manifest in kept(log).manifests()]
    assert older.id in numbers
    assert len(numbers) == 4
    assert max(numbers) > older.id + 12
    assert {number % 4 for number in numbers} == {0, 1, 2, 3}


def rewards_of(log: EmbeddedLog, number: int) -> list[NewRecord]:
    """Return a reward of a task that nobody knows."""
    reward = msgspec.structs.replace(events(log, "rewards", Reward)[0], task=f"n{number}")
    return [NewRecord("rewards", b"n", msgspec.json.encode(reward))]
