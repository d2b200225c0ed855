"""Faults 20, 21 and 22: topics deleted, split anew, or emptied before they were read."""

from __future__ import annotations

import re
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import structlog
from kafka.admin import NewPartitions
from msgspec.structs import replace

from bandit.errors import LogError
from streams.config.log_settings import LogSettings
from streams.core import engine_maker
from streams.kafka_log.log import KafkaLog
from streams.kafka_log.topics import create_topics
from streams.learner.learner import Learner
from streams.log.log import NewRecord
from tests.faults.audit import Written, audit, records
from tests.faults.hired import Hired
from tests.faults.labelers import USD
from tests.faults.story import GROUP, Story, wait_until

if TYPE_CHECKING:
    from tests.broker.broker import Broker

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

TASKS = 40
LIMIT_S = 30.0


def begun(story: Story, worker: Hired) -> None:
    """Wait until a worker has decided something."""

    def working() -> bool:
        assert worker.well()
        story.keep_busy()
        return worker.figure("decisions") > 10

    wait_until(working, what="the worker's first decisions")


def learning(story: Story, worker: Hired) -> bool:
    """Whether a worker has learned something, while time passes."""
    assert worker.well()
    story.keep_busy()
    return worker.figure("learned") > 5


def ended(worker: Hired, limit_s: float = LIMIT_S) -> str:
    """Wait until a worker has ended by itself; what it says."""
    since = time.monotonic()
    while worker.error is None:
        assert time.monotonic() - since < limit_s, "it goes on"
        time.sleep(0.05)
    error, worker.error = worker.error, None
    assert isinstance(error, LogError)
    assert "\n" not in str(error)
    return str(error)


@pytest.mark.parametrize("topic", ["tasks", "decisions"])
def test_a_worker_whose_topic_is_deleted_ends_and_says_which(broker: Broker, topic: str) -> None:
    story = Story(broker.address, TASKS)
    there = story.log.names.on_broker(topic)
    with closing(story):
        with Hired(story.config()) as worker:
            begun(story, worker)
            story.log.admin.delete_topics([there])
            said = ended(worker)
        assert there in said
        assert f"poolwise doctor {story.address} --create-topics" in said
        with Hired(story.config()) as worker:
            said = ended(worker)
        assert f"topic {there!r} does not exist" in said


def test_a_topic_that_is_made_again_at_once_is_not_taken_for_the_one_before(
    broker: Broker,
) -> None:
    """Its offsets begin again: whoever read the old one up to 500 would skip the first 500."""
    story = Story(broker.address, TASKS)
    there = story.log.names.on_broker("labels")
    with closing(story):
        with Hired(story.config()) as worker:
            begun(story, worker)
            story.log.admin.delete_topics([there])
            with closing(KafkaLog(story.address, LogSettings())) as other:
                assert create_topics(other, 2, 1) == ["labels"]
            said = ended(worker)
        assert f"topic {there!r} was deleted while in use" in said


def test_a_learner_is_not_taken_in_by_rewards_that_were_made_again(broker: Broker) -> None:
    story = Story(broker.address, TASKS)
    with closing(story):
        with Hired(story.config()) as worker:
            story.run_out(worker.well)
        story.log.admin.delete_topics([story.log.names.on_broker("rewards")])
        with closing(KafkaLog(story.address, LogSettings())) as other:
            wait_until(lambda: create_topics(other, 2, 1) == ["rewards"], what="made again")
        with Hired(story.config()) as worker:
            said = ended(worker)
        # At 1 if the worker was the first to begin: an aborted transaction leaves its mark.
        assert re.search(r"rewards/0: ends at offset [01], but was already read up to", said)


@pytest.mark.parametrize("when", ["running", "stopped"])
def test_partitions_that_are_added_are_noticed_and_explained(broker: Broker, when: str) -> None:
    story = Story(broker.address, TASKS)
    there = story.log.names.on_broker("tasks")
    added = {there: NewPartitions(3)}
    with closing(story):
        with Hired(story.config()) as worker:
            begun(story, worker)
            if when == "running":
                story.log.admin.create_partitions(added)
                said = ended(worker)
        if when == "stopped":
            added[story.log.names.on_broker("labels")] = NewPartitions(3)
            story.log.admin.create_partitions(added)
            with Hired(story.config()) as worker:
                said = ended(worker)
        assert "tasks had 2 partitions and has 3 now" in said
        assert "labels would be sent to other partitions than their tasks" in said
        assert "poolwise doctor" in said


def emptied(story: Story, topic: str, partition: int, before: int) -> None:
    """Delete the records of a partition before an offset, as retention does."""
    place = story.log.names.place(topic, partition)
    story.log.admin.delete_records({place: before})
    reader = story.log.follow(topic, partition, 1)
    (loss,) = reader.lost()
    assert loss.end == before, "they are gone"
    reader.close()


@pytest.mark.parametrize("when", ["running", "stopped"])
def test_records_that_were_deleted_unread_are_a_dead_letter_that_names_them(
    broker: Broker, when: str
) -> None:
    story = Story(broker.address, TASKS + 60)
    few = "[worker]\nbatch_records = 5\nmax_open = 5\npoll_s = 0.05\nsnapshot_every = 200\n"
    few += "snapshot_min_s = 0\n"
    config = story.config(worker=few)
    with closing(story):
        worker = Hired(config)
        with worker:
            begun(story, worker)
            if when == "running":
                wait_until(lambda: bool(worker.worker.paused()), what="5 open tasks")
            else:
                worker.stop()
            # More than the consumer has fetched by now.
            tasks = [_padded(story, number) for number in range(TASKS, TASKS + 60)]
            story.log.write(tasks)
            story.labelers.fed = story.tasks
            ends = {part: story.log.follow("tasks", part).end() for part in range(2)}
            for part, end in ends.items():
                emptied(story, "tasks", part, end - 5)
            if when == "running":
                _run_out(story, worker)
        if when == "stopped":
            with Hired(config) as worker:
                _run_out(story, worker)
        left = {one.key.decode() for one in records(story.log, "tasks") if one.key}
        assert 0 < len(left) <= 10
        written = _audited(story)
        lost = [one for one in written.letters if one.rule == "lost"]
        assert {(one.topic, one.partition) for one in lost} == {("tasks", 0), ("tasks", 1)}
        assert len(lost) == 2
        for one in lost:
            assert one.partition is not None
            assert f"offsets {one.offset} to {ends[one.partition] - 6} were deleted" in one.message
            assert one.original is None
        assert left <= {verdict.task for verdict in written.verdicts}


def test_rewards_that_were_deleted_unlearned_are_told_and_passed_over(broker: Broker) -> None:
    story = Story(broker.address, TASKS)
    with closing(story):
        with Hired(story.config()) as worker:
            begun(story, worker)
            wait_until(lambda: learning(story, worker), what="some learning")
        with Hired(story.config(), follow=True) as worker:
            story.run_out(worker.well)
        reader = story.log.follow("rewards")
        end = reader.end()
        emptied(story, "rewards", 0, end - 3)
        config = story.config()
        with structlog.testing.capture_logs() as told:
            learner = Learner(
                story.log, engine_maker(config.core, 2), config.worker, f"{GROUP}-learner"
            )
            before = learner.position
            story.log.write([NewRecord("rewards", b"k", b"{}")])
            while not learner.counters["unreadable_rewards"]:
                learner.learn(0.5)
            learner.close()
        (loss,) = [one for one in told if one["event"] == "rewards_lost"]
        assert loss["log_level"] == "error"
        assert 0 < loss["first"] < loss["end"] == end - 3
        assert before >= end - 3
        assert learner.position > end


def _padded(story: Story, number: int) -> NewRecord:
    """Return a task of 60 kB."""
    new = story.labelers._task(number)
    value = (new.value or b"").replace(b'"payload":null', b'"payload":"%s"' % (b"x" * 60_000))
    assert len(value) > 60_000
    return replace(new, value=value)


def _run_out(story: Story, worker: Hired) -> None:
    """Let the worker decide all that is left; what was deleted counts as unread for ever."""
    behind = {(one.topic, one.partition): one.offset + 1 for one in records(story.log, "tasks")}
    group = story.log.names.on_broker(GROUP)

    def done() -> bool:
        assert worker.well()
        story.labelers.advance(tasks=0)
        found = story.log.admin.list_group_offsets([group])[group]
        at = {place: found.get(story.log.names.place(*place)) for place in behind}
        read = all(one is not None and one.offset >= behind[place] for place, one in at.items())
        return read and worker.begun() and worker.figure("open_tasks") == 0

    wait_until(done, 20.0, "all that is left")
    story.run_out(worker.well)


def _audited(story: Story) -> Written:
    """Audit what there was to be decided."""
    decided = {one.task for one in Written(story.log).decisions}
    return audit(story.log, decided, USD)
